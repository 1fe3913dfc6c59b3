namespace Pve.Qmp.Commands;

/// <summary>A job.</summary>
/// <example>
/// <code>
/// foreach (JobInfo job in await qemu.ExecuteAsync(QmpCommands.QueryJobs, cancellationToken: cancellationToken))
/// {
///     bool failed = job.Status == JobStatus.Concluded &amp;&amp; job.Error is not null;
/// }
/// </code>
/// </example>
public sealed record JobInfo : QmpObject
{
    public string Id { get; init => field = value ?? ""; } = "";

    public JobType Type { get; init; }

    public JobStatus Status { get; init; }

    /// <summary>How far it is, in no fixed unit.</summary>
    public long CurrentProgress { get; init; }

    /// <summary>Where it ends, in the same unit; may grow.</summary>
    public long TotalProgress { get; init; }

    /// <summary>Why it failed, in QEMU's words; null where it did not.</summary>
    public string? Error { get; init; }
}
