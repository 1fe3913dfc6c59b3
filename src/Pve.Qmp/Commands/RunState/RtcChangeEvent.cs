using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>The data of <c>RTC_CHANGE</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.RtcChange.TryRead(qmpEvent, out RtcChangeEvent? data))
/// {
///     System.TimeSpan off = data.Offset;
/// }
/// </code>
/// </example>
public sealed record RtcChangeEvent : QmpObject
{
    /// <summary>By how much the guest's clock now differs from what it began with; seconds on the wire.</summary>
    [JsonConverter(typeof(SecondsConverter))]
    public TimeSpan Offset { get; init; }

    public string QomPath { get; init => field = value ?? ""; } = "";
}
