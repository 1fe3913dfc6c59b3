using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>How the dirty rate is measured (QAPI DirtyRateMeasureMode).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new DirtyRateMeasureMode("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == DirtyRateMeasureMode.PageSampling;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<DirtyRateMeasureMode>))]
public readonly record struct DirtyRateMeasureMode(string Value) : IOpenName<DirtyRateMeasureMode>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    /// <summary>A few pages are looked at twice.</summary>
    public static readonly DirtyRateMeasureMode PageSampling = new("page-sampling");

    /// <summary>KVM counts, for each CPU.</summary>
    public static readonly DirtyRateMeasureMode DirtyRing = new("dirty-ring");

    /// <summary>KVM logs.</summary>
    public static readonly DirtyRateMeasureMode DirtyBitmap = new("dirty-bitmap");

    /// <inheritdoc/>
    public static DirtyRateMeasureMode FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
