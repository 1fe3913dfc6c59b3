namespace Pve.Qmp.Commands;

/// <summary>The data of <c>BLOCK_JOB_COMPLETED</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.BlockJobCompleted.TryRead(qmpEvent, out BlockJobCompletedEvent? data))
/// {
///     bool failed = data.Error is not null;
/// }
/// </code>
/// </example>
public sealed record BlockJobCompletedEvent : QmpObject
{
    public JobType Type { get; init; }

    /// <summary>The job's id, or the drive's name.</summary>
    public string Device { get; init => field = value ?? ""; } = "";

    /// <summary>Where it ends, in bytes as a rule.</summary>
    public long Len { get; init; }

    /// <summary>How far it is; equal to <see cref="Len"/> on success.</summary>
    public long Offset { get; init; }

    /// <summary>Bytes a second at most; 0 is no limit.</summary>
    public long Speed { get; init; }

    /// <summary>Why it failed, in QEMU's words; null where it did not.</summary>
    public string? Error { get; init; }
}
