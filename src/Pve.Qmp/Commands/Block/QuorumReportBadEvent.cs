namespace Pve.Qmp.Commands;

/// <summary>The data of <c>QUORUM_REPORT_BAD</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.QuorumReportBad.TryRead(qmpEvent, out QuorumReportBadEvent? data))
/// {
///     string node = data.NodeName;
/// }
/// </code>
/// </example>
public sealed record QuorumReportBadEvent : QmpObject
{
    public QuorumOpType Type { get; init; }

    public string? Error { get; init; }

    public string NodeName { get; init => field = value ?? ""; } = "";

    /// <summary>The first sector, of 512 bytes.</summary>
    public long SectorNum { get; init; }

    /// <summary>How many.</summary>
    public long SectorsCount { get; init; }
}
