namespace Pve.Qmp.Commands;

/// <summary>How long a command may take to be answered, where the client's default does not fit.</summary>
/// <remarks>
/// A deadline that passes is not a failure: QEMU may still execute the command. So these are generous, and meant to end a wait for a QEMU
/// that hangs, not to hurry one whose storage is slow. Others' limits of 5 s and 0.5 s fail on hosts under load, 30 s for blockdev-add does
/// on slow storage, and quit needs a minute at times.
/// </remarks>
internal static class CommandDeadlines
{
    public static TimeSpan? Of(string command) => command switch
    {
        // wait for QEMU's big lock, which a migration may hold for long
        "query-migrate" => TimeSpan.FromMinutes(1),

        // ask every image, of which one may be on storage that hangs
        "query-block" or "query-blockstats" or "query-named-block-nodes" => TimeSpan.FromMinutes(1),

        // write out what disks have in flight, or memory
        "stop" or "quit" or "pmemsave" => TimeSpan.FromMinutes(1),

        // wait for clients and requests to leave
        "nbd-server-stop" or "nbd-server-remove" or "block-export-del" => TimeSpan.FromMinutes(1),

        // open images, connect, or load what is plugged in
        "blockdev-add" or "blockdev-reopen" or "blockdev-del" or "blockdev-set-active" or "block-export-add" or "nbd-server-add"
            or "blockdev-change-medium" or "blockdev-insert-medium" or "blockdev-open-tray" or "blockdev-remove-medium" or "eject"
            or "object-add" or "device_add" or "netdev_add" or "chardev-add" or "chardev-change" => TimeSpan.FromMinutes(2),

        // drain disks, write whole tables, or begin a job by reading them
        "blockdev-mirror" or "drive-mirror" or "blockdev-backup" or "block-commit" or "block-stream" or "blockdev-snapshot"
            or "blockdev-snapshot-sync" or "blockdev-snapshot-internal-sync" or "blockdev-snapshot-delete-internal-sync"
            or "change-backing-file" or "block_resize" or "transaction"
            or "block-dirty-bitmap-add" or "block-dirty-bitmap-remove" or "block-dirty-bitmap-merge"
            or "job-cancel" or "job-complete" or "job-finalize" or "job-pause"
            or "block-job-cancel" or "block-job-complete" or "block-job-finalize" or "block-job-pause" => TimeSpan.FromMinutes(10),

        // any of the above, and savevm
        "human-monitor-command" => TimeSpan.FromMinutes(10),

        _ => null,
    };
}
