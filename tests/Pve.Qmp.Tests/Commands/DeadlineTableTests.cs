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
}
