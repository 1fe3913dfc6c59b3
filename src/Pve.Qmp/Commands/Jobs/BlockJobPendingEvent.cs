namespace Pve.Qmp.Commands;

/// <summary>The data of <c>BLOCK_JOB_PENDING</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.BlockJobPending.TryRead(qmpEvent, out BlockJobPendingEvent? data))
/// {
///     string job = data.Id;
/// }
/// </code>
/// </example>
public sealed record BlockJobPendingEvent : QmpObject
{
    public JobType Type { get; init; }

    /// <summary>The job.</summary>
    public string Id { get; init => field = value ?? ""; } = "";
}
