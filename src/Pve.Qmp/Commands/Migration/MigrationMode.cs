using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>How the RAM gets to the target (QAPI MigMode).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new MigrationMode("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == MigrationMode.Normal;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<MigrationMode>))]
public readonly record struct MigrationMode(string Value) : IOpenName<MigrationMode>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    /// <summary>Copied while the guest runs. Since QEMU 8.2.</summary>
    [QmpSince("8.2")]
    public static readonly MigrationMode Normal = new("normal");

    /// <summary>Kept in shared memory over a reboot of the host. Since QEMU 8.2.</summary>
    [QmpSince("8.2")]
    public static readonly MigrationMode CprReboot = new("cpr-reboot");

    /// <summary>Handed over to a new QEMU on the same host. Needs a <c>cpr</c> channel. Since QEMU 10.0.</summary>
    [QmpSince("10.0")]
    public static readonly MigrationMode CprTransfer = new("cpr-transfer");

    /// <inheritdoc/>
    public static MigrationMode FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
