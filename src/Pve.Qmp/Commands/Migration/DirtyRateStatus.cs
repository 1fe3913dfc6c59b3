using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>How the measurement is doing (QAPI DirtyRateStatus).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new DirtyRateStatus("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == DirtyRateStatus.Unstarted;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<DirtyRateStatus>))]
public readonly record struct DirtyRateStatus(string Value) : IOpenName<DirtyRateStatus>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly DirtyRateStatus Unstarted = new("unstarted");

    public static readonly DirtyRateStatus Measuring = new("measuring");

    public static readonly DirtyRateStatus Measured = new("measured");

    /// <inheritdoc/>
    public static DirtyRateStatus FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
