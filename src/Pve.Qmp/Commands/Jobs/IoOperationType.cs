using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>What a request wanted (QAPI IoOperationType).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new IoOperationType("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == IoOperationType.Read;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<IoOperationType>))]
public readonly record struct IoOperationType(string Value) : IOpenName<IoOperationType>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly IoOperationType Read = new("read");

    public static readonly IoOperationType Write = new("write");

    /// <inheritdoc/>
    public static IoOperationType FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
