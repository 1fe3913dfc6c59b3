using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>What a job does on an I/O error (QAPI BlockdevOnError).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new BlockdevOnError("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == BlockdevOnError.Report;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<BlockdevOnError>))]
public readonly record struct BlockdevOnError(string Value) : IOpenName<BlockdevOnError>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly BlockdevOnError Report = new("report");

    public static readonly BlockdevOnError Ignore = new("ignore");

    public static readonly BlockdevOnError NoSpace = new("enospc");

    public static readonly BlockdevOnError Stop = new("stop");

    public static readonly BlockdevOnError Auto = new("auto");

    /// <inheritdoc/>
    public static BlockdevOnError FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
