namespace Pve.Qmp.Commands;

/// <summary>The data of <c>HV_BALLOON_STATUS_REPORT</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.HvBalloonStatusReport.TryRead(qmpEvent, out HvBalloonStatusReportEvent? data))
/// {
///     long bytes = data.Available;
/// }
/// </code>
/// </example>
public sealed record HvBalloonStatusReportEvent : QmpObject
{
    /// <summary>Bytes that the guest's programs have.</summary>
    public long Committed { get; init; }

    /// <summary>Bytes that are left.</summary>
    public long Available { get; init; }
}
