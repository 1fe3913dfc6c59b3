using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>What an s390x CPU does (QAPI CpuS390State).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new S390CpuState("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == S390CpuState.Uninitialized;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<S390CpuState>))]
public readonly record struct S390CpuState(string Value) : IOpenName<S390CpuState>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly S390CpuState Uninitialized = new("uninitialized");

    public static readonly S390CpuState Stopped = new("stopped");

    public static readonly S390CpuState CheckStop = new("check-stop");

    public static readonly S390CpuState Operating = new("operating");

    public static readonly S390CpuState Load = new("load");

    /// <inheritdoc/>
    public static S390CpuState FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
