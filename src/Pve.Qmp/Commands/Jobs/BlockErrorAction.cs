using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>What QEMU does about an I/O error (QAPI BlockErrorAction).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new BlockErrorAction("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == BlockErrorAction.Ignore;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<BlockErrorAction>))]
public readonly record struct BlockErrorAction(string Value) : IOpenName<BlockErrorAction>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    /// <summary>Nothing.</summary>
    public static readonly BlockErrorAction Ignore = new("ignore");

    /// <summary>Tells the guest, or fails the job.</summary>
    public static readonly BlockErrorAction Report = new("report");

    /// <summary>Pauses the guest or the job.</summary>
    public static readonly BlockErrorAction Stop = new("stop");

    /// <inheritdoc/>
    public static BlockErrorAction FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
