namespace Pve.Qmp.Tests.Commands;

public sealed class DeadlineTableTests
{
    [Fact]
    public void What_may_be_slow_has_more_time_than_others()
    {
        Assert.Null(QmpCommands.QueryStatus.ReplyTimeout);
        Assert.Null(QmpCommands.Continue.ReplyTimeout);
        Assert.Equal(TimeSpan.FromMinutes(1), QmpCommands.QueryMigrate.ReplyTimeout);
        Assert.Equal(TimeSpan.FromMinutes(1), QmpCommands.Quit.ReplyTimeout);
        Assert.Equal(TimeSpan.FromMinutes(2), QmpCommands.BlockdevAdd.ReplyTimeout);
        Assert.Equal(TimeSpan.FromMinutes(2), QmpCommands.DeviceAdd.ReplyTimeout);
        Assert.Equal(TimeSpan.FromMinutes(10), QmpCommands.BlockJobComplete.ReplyTimeout);
        Assert.Equal(TimeSpan.FromMinutes(10), QmpCommands.Transaction.ReplyTimeout);
    }

    // A name in the table that no command has would do nothing.
    [Fact]
    public void Each_of_these_has_a_deadline_of_its_own()
    {
        string[] expected =
        [
            "1 block-export-del", "1 nbd-server-remove", "1 nbd-server-stop", "1 pmemsave", "1 query-block", "1 query-blockstats", "1 query-migrate",
            "1 query-named-block-nodes", "1 quit", "1 stop",
            "10 block-commit", "10 block-dirty-bitmap-add", "10 block-dirty-bitmap-merge", "10 block-dirty-bitmap-remove", "10 block-job-cancel",
            "10 block-job-complete", "10 block-job-finalize", "10 block-job-pause", "10 block-stream", "10 block_resize", "10 blockdev-backup",
            "10 blockdev-mirror", "10 blockdev-snapshot", "10 blockdev-snapshot-delete-internal-sync", "10 blockdev-snapshot-internal-sync",
            "10 blockdev-snapshot-sync", "10 change-backing-file", "10 drive-mirror", "10 human-monitor-command", "10 job-cancel", "10 job-complete",
            "10 job-finalize", "10 job-pause", "10 transaction",
            "2 block-export-add", "2 blockdev-add", "2 blockdev-change-medium", "2 blockdev-del", "2 blockdev-insert-medium", "2 blockdev-open-tray",
            "2 blockdev-remove-medium", "2 blockdev-reopen", "2 blockdev-set-active", "2 chardev-add", "2 chardev-change", "2 device_add", "2 eject",
            "2 nbd-server-add", "2 netdev_add", "2 object-add",
        ];
        var own = typeof(QmpCommands).GetProperties().Select(property => (dynamic)property.GetValue(null)!)
            .Where(command => command.ReplyTimeout is not null)
            .Select(command => $"{((TimeSpan)command.ReplyTimeout).TotalMinutes} {command.Name}");
        Assert.Equal(expected, own.Order(StringComparer.Ordinal));
    }
}
