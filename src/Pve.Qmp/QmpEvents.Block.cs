using Pve.Qmp.Commands;

namespace Pve.Qmp;

/// <content>Jobs, disks and exports.</content>
public static partial class QmpEvents
{
    /// <summary><c>JOB_STATUS_CHANGE</c>: a job is in another state.</summary>
    public static QmpEventType<JobStatusChangeEvent> JobStatusChange
        => field ??= new("JOB_STATUS_CHANGE", BlockJson.Default.JobStatusChangeEvent);

    /// <summary><c>BLOCK_JOB_READY</c>: a disk's job may be completed.</summary>
    public static QmpEventType<BlockJobEvent> BlockJobReady => field ??= new("BLOCK_JOB_READY", BlockJson.Default.BlockJobEvent);

    /// <summary><c>BLOCK_JOB_PENDING</c>: a disk's job waits for <c>job-finalize</c>.</summary>
    public static QmpEventType<BlockJobPendingEvent> BlockJobPending
        => field ??= new("BLOCK_JOB_PENDING", BlockJson.Default.BlockJobPendingEvent);

    /// <summary><c>BLOCK_JOB_COMPLETED</c>: a disk's job ended, in success or failure.</summary>
    public static QmpEventType<BlockJobCompletedEvent> BlockJobCompleted
        => field ??= new("BLOCK_JOB_COMPLETED", BlockJson.Default.BlockJobCompletedEvent);

    /// <summary><c>BLOCK_JOB_CANCELLED</c>: a disk's job was cancelled.</summary>
    public static QmpEventType<BlockJobEvent> BlockJobCancelled => field ??= new("BLOCK_JOB_CANCELLED", BlockJson.Default.BlockJobEvent);

    /// <summary><c>BLOCK_JOB_ERROR</c>: a disk's job met an I/O error.</summary>
    public static QmpEventType<BlockJobErrorEvent> BlockJobError
        => field ??= new("BLOCK_JOB_ERROR", BlockJson.Default.BlockJobErrorEvent);

    /// <summary><c>BLOCK_IO_ERROR</c>: a disk met an I/O error.</summary>
    public static QmpEventType<BlockIoErrorEvent> BlockIoError => field ??= new("BLOCK_IO_ERROR", BlockJson.Default.BlockIoErrorEvent);

    /// <summary><c>BLOCK_IMAGE_CORRUPTED</c>: an image is damaged.</summary>
    public static QmpEventType<BlockImageCorruptedEvent> BlockImageCorrupted
        => field ??= new("BLOCK_IMAGE_CORRUPTED", BlockJson.Default.BlockImageCorruptedEvent);

    /// <summary><c>BLOCK_WRITE_THRESHOLD</c>: a node was written beyond its threshold.</summary>
    public static QmpEventType<BlockWriteThresholdEvent> BlockWriteThreshold
        => field ??= new("BLOCK_WRITE_THRESHOLD", BlockJson.Default.BlockWriteThresholdEvent);

    /// <summary><c>QUORUM_FAILURE</c>: too few copies agree.</summary>
    public static QmpEventType<QuorumFailureEvent> QuorumFailure => field ??= new("QUORUM_FAILURE", BlockJson.Default.QuorumFailureEvent);

    /// <summary><c>QUORUM_REPORT_BAD</c>: a copy differs.</summary>
    public static QmpEventType<QuorumReportBadEvent> QuorumReportBad
        => field ??= new("QUORUM_REPORT_BAD", BlockJson.Default.QuorumReportBadEvent);

    /// <summary><c>DEVICE_TRAY_MOVED</c>: a tray was opened or closed.</summary>
    public static QmpEventType<DeviceTrayMovedEvent> DeviceTrayMoved
        => field ??= new("DEVICE_TRAY_MOVED", BlockJson.Default.DeviceTrayMovedEvent);

    /// <summary><c>BLOCK_EXPORT_DELETED</c>: an export is gone.</summary>
    public static QmpEventType<BlockExportDeletedEvent> BlockExportDeleted
        => field ??= new("BLOCK_EXPORT_DELETED", BlockJson.Default.BlockExportDeletedEvent);
}
