namespace Pve.Qmp.Commands;

/// <summary>The data of <c>QUORUM_FAILURE</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.QuorumFailure.TryRead(qmpEvent, out QuorumFailureEvent? data))
/// {
///     string node = data.Reference;
/// }
/// </code>
/// </example>
public sealed record QuorumFailureEvent : QmpObject
{
    public string Reference { get; init => field = value ?? ""; } = "";

    /// <summary>The first sector, of 512 bytes.</summary>
    public long SectorNum { get; init; }

    /// <summary>How many.</summary>
    public long SectorsCount { get; init; }
}
