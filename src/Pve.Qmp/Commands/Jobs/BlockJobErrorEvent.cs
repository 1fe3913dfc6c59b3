namespace Pve.Qmp.Commands;

/// <summary>The data of <c>BLOCK_JOB_ERROR</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.BlockJobError.TryRead(qmpEvent, out BlockJobErrorEvent? data))
/// {
///     bool paused = data.Action == BlockErrorAction.Stop;
/// }
/// </code>
/// </example>
public sealed record BlockJobErrorEvent : QmpObject
{
    /// <summary>The job's id, or the drive's name.</summary>
    public string Device { get; init => field = value ?? ""; } = "";

    public IoOperationType Operation { get; init; }

    public BlockErrorAction Action { get; init; }
}
