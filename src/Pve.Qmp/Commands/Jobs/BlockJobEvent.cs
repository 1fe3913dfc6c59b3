namespace Pve.Qmp.Commands;

/// <summary>The data of <c>BLOCK_JOB_READY</c> and <c>BLOCK_JOB_CANCELLED</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.BlockJobReady.TryRead(qmpEvent, out BlockJobEvent? data))
/// {
///     string job = data.Device;
/// }
/// </code>
/// </example>
public sealed record BlockJobEvent : QmpObject
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
}
