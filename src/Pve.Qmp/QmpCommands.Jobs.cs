using Pve.Qmp.Commands;
using Pve.Qmp.Wire;

namespace Pve.Qmp;

/// <content>Background jobs: of disks by device name, of all kinds by id.</content>
public static partial class QmpCommands
{
    /// <summary><c>query-jobs</c>: all jobs.</summary>
    public static QmpCommand<QmpNothing, IReadOnlyList<JobInfo>> QueryJobs
        => field ??= Query("query-jobs", JobsJson.Default.IReadOnlyListJobInfo);

    /// <summary><c>query-block-jobs</c>: the jobs of disks.</summary>
    public static QmpCommand<QmpNothing, IReadOnlyList<BlockJobInfo>> QueryBlockJobs
        => field ??= Query("query-block-jobs", JobsJson.Default.IReadOnlyListBlockJobInfo);

    /// <summary><c>job-pause</c>: pauses a job.</summary>
    public static QmpCommand<ItemId, QmpNothing> JobPause => field ??= Command("job-pause", JobsJson.Default.ItemId);

    /// <summary><c>job-resume</c>: lets a paused job go on.</summary>
    public static QmpCommand<ItemId, QmpNothing> JobResume => field ??= Command("job-resume", JobsJson.Default.ItemId);

    /// <summary><c>job-cancel</c>: ends a job; a ready mirror is abandoned.</summary>
    public static QmpCommand<ItemId, QmpNothing> JobCancel => field ??= Command("job-cancel", JobsJson.Default.ItemId);

    /// <summary><c>job-complete</c>: lets a ready job end its work.</summary>
    public static QmpCommand<ItemId, QmpNothing> JobComplete => field ??= Command("job-complete", JobsJson.Default.ItemId);

    /// <summary><c>job-finalize</c>: lets a pending job end its work.</summary>
    public static QmpCommand<ItemId, QmpNothing> JobFinalize => field ??= Command("job-finalize", JobsJson.Default.ItemId);

    /// <summary><c>job-dismiss</c>: forgets a concluded job.</summary>
    public static QmpCommand<ItemId, QmpNothing> JobDismiss => field ??= Command("job-dismiss", JobsJson.Default.ItemId);

    /// <summary><c>block-job-cancel</c>: ends a disk's job; a ready mirror ends with both sides the same.</summary>
    public static QmpCommand<BlockJobCancel, QmpNothing> BlockJobCancel
        => field ??= Command("block-job-cancel", JobsJson.Default.BlockJobCancel);

    /// <summary><c>block-job-complete</c>: lets a ready job end its work.</summary>
    public static QmpCommand<BlockJobDevice, QmpNothing> BlockJobComplete
        => field ??= Command("block-job-complete", JobsJson.Default.BlockJobDevice);

    /// <summary><c>block-job-pause</c>: pauses a disk's job.</summary>
    public static QmpCommand<BlockJobDevice, QmpNothing> BlockJobPause
        => field ??= Command("block-job-pause", JobsJson.Default.BlockJobDevice);

    /// <summary><c>block-job-resume</c>: lets a paused job of a disk go on.</summary>
    public static QmpCommand<BlockJobDevice, QmpNothing> BlockJobResume
        => field ??= Command("block-job-resume", JobsJson.Default.BlockJobDevice);

    /// <summary><c>block-job-finalize</c>: lets a pending job of a disk end its work.</summary>
    public static QmpCommand<ItemId, QmpNothing> BlockJobFinalize => field ??= Command("block-job-finalize", JobsJson.Default.ItemId);

    /// <summary><c>block-job-dismiss</c>: forgets a concluded job of a disk.</summary>
    public static QmpCommand<ItemId, QmpNothing> BlockJobDismiss => field ??= Command("block-job-dismiss", JobsJson.Default.ItemId);

    /// <summary><c>block-job-set-speed</c>: limits a disk's job.</summary>
    public static QmpCommand<BlockJobSetSpeed, QmpNothing> BlockJobSetSpeed
        => field ??= Command("block-job-set-speed", JobsJson.Default.BlockJobSetSpeed);

    /// <summary><c>block-job-change</c>: changes how a job works while it does. Since QEMU 8.2.</summary>
    [QmpSince("8.2")]
    public static QmpCommand<BlockJobChange, QmpNothing> BlockJobChange
        => field ??= Command("block-job-change", JobsJson.Default.BlockJobChange);
}
