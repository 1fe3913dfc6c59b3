using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>An architecture that QEMU emulates (QAPI SysEmuTarget).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new SysEmuTarget("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == SysEmuTarget.Aarch64;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<SysEmuTarget>))]
public readonly record struct SysEmuTarget(string Value) : IOpenName<SysEmuTarget>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly SysEmuTarget Aarch64 = new("aarch64");

    public static readonly SysEmuTarget Alpha = new("alpha");

    public static readonly SysEmuTarget Arm = new("arm");

    public static readonly SysEmuTarget Avr = new("avr");

    /// <summary>Removed in QEMU 9.2.</summary>
    [QmpRemoved("9.2")]
    public static readonly SysEmuTarget Cris = new("cris");

    public static readonly SysEmuTarget Hppa = new("hppa");

    public static readonly SysEmuTarget I386 = new("i386");

    public static readonly SysEmuTarget Loongarch64 = new("loongarch64");

    public static readonly SysEmuTarget M68k = new("m68k");

    public static readonly SysEmuTarget Microblaze = new("microblaze");

    public static readonly SysEmuTarget Microblazeel = new("microblazeel");

    public static readonly SysEmuTarget Mips = new("mips");

    public static readonly SysEmuTarget Mips64 = new("mips64");

    public static readonly SysEmuTarget Mips64el = new("mips64el");

    public static readonly SysEmuTarget Mipsel = new("mipsel");

    /// <summary>Removed in QEMU 9.1.</summary>
    [QmpRemoved("9.1")]
    public static readonly SysEmuTarget Nios2 = new("nios2");

    public static readonly SysEmuTarget Or1k = new("or1k");

    public static readonly SysEmuTarget Ppc = new("ppc");

    public static readonly SysEmuTarget Ppc64 = new("ppc64");

    public static readonly SysEmuTarget Riscv32 = new("riscv32");

    public static readonly SysEmuTarget Riscv64 = new("riscv64");

    public static readonly SysEmuTarget Rx = new("rx");

    public static readonly SysEmuTarget S390x = new("s390x");

    public static readonly SysEmuTarget Sh4 = new("sh4");

    public static readonly SysEmuTarget Sh4Eb = new("sh4eb");

    public static readonly SysEmuTarget Sparc = new("sparc");

    public static readonly SysEmuTarget Sparc64 = new("sparc64");

    public static readonly SysEmuTarget Tricore = new("tricore");

    public static readonly SysEmuTarget X64 = new("x86_64");

    public static readonly SysEmuTarget Xtensa = new("xtensa");

    public static readonly SysEmuTarget XtensaEb = new("xtensaeb");

    /// <inheritdoc/>
    public static SysEmuTarget FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
