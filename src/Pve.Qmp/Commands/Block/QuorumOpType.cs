using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>What a request to a quorum wanted (QAPI QuorumOpType).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new QuorumOpType("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == QuorumOpType.Read;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<QuorumOpType>))]
public readonly record struct QuorumOpType(string Value) : IOpenName<QuorumOpType>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly QuorumOpType Read = new("read");

    public static readonly QuorumOpType Write = new("write");

    public static readonly QuorumOpType Flush = new("flush");

    /// <inheritdoc/>
    public static QuorumOpType FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
