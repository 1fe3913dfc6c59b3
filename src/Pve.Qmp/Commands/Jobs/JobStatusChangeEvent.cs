namespace Pve.Qmp.Commands;

/// <summary>The data of <c>JOB_STATUS_CHANGE</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.JobStatusChange.TryRead(qmpEvent, out JobStatusChangeEvent? data))
/// {
///     bool over = data.Id == "mirror0" &amp;&amp; data.Status == JobStatus.Concluded;
/// }
/// </code>
/// </example>
public sealed record JobStatusChangeEvent : QmpObject
{
    /// <summary>The job.</summary>
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>How it is doing from now on.</summary>
    public JobStatus Status { get; init; }
}
