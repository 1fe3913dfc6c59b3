using Microsoft.Extensions.Logging.Abstractions;
using Pve.Migration.Engine;
using Pve.Migration.Engine.Convergence;
using Pve.Migration.Testing;
using Pve.Migration.Tests.Tunnel;
using Pve.Qmp;
using Pve.Qmp.Commands;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

public sealed class PollingTests
{
    private static readonly Dictionary<string, PollingStrategy> ByName
        = new[] { PollingStrategy.Pve2017Before, PollingStrategy.Pve2017, PollingStrategy.EventDriven }.ToDictionary(polling => polling.Name);

    [Theory]
    [InlineData("before", 2000, 300)]
    [InlineData("reduced", 1000, 100)]
    public void The_short_interval_comes_near_the_end_and_stays(string name, int interval, int nearTheEnd)
    {
        var polling = ByName[name];
        var (slow, quick) = (TimeSpan.FromMilliseconds(interval), TimeSpan.FromMilliseconds(nearTheEnd));
        var moved = new MigrationRamStats { Transferred = 1000 };

        Assert.False(polling.UsesEvents);
        Assert.Equal(slow, polling.NextDelay(new PollingState(0, TimeSpan.Zero, null, null)));
        Assert.Equal(slow, polling.NextDelay(new PollingState(1, slow, null, moved with { Remaining = 0 })));
        Assert.Equal(slow, polling.NextDelay(new PollingState(4, slow, moved, moved with { Remaining = 250 })));
        Assert.Equal(quick, polling.NextDelay(new PollingState(4, slow, moved, moved with { Remaining = 249 })));

        // what had been sent at the poll before counts, not what has been sent by now
        var more = new MigrationRamStats { Transferred = 2000 };
        Assert.Equal(slow, polling.NextDelay(new PollingState(4, slow, moved, more with { Remaining = 250 })));
        Assert.Equal(quick, polling.NextDelay(new PollingState(4, slow, more, moved with { Remaining = 499 })));
        Assert.Equal(quick, polling.NextDelay(new PollingState(5, quick, moved, moved with { Remaining = long.MaxValue })));
    }

    [Fact]
    public void Events_leave_the_poll_a_safety_net()
    {
        Assert.True(PollingStrategy.EventDriven.UsesEvents);
        Assert.Equal(TimeSpan.FromMilliseconds(500), PollingStrategy.EventDriven.NextDelay(default));
    }

    [Theory]
    [InlineData("before", 2, 2000)]
    [InlineData("before", 8, 300)]
    [InlineData("reduced", 2, 1000)]
    [InlineData("reduced", 8, 100)]
    [InlineData("events", 2, 0)]
    [InlineData("events", 8, 0)]
    public Task What_the_poll_adds_to_the_pause_has_a_line(string name, long gibibytes, int atMost) => RunAsync(
        async bench =>
        {
            var report = await bench.MigrateAsync(profile: MigrationProfile.Default with { Polling = ByName[name] });

            bench.AssertMigrated(report);
            Assert.Equal(report.Ledger.Paused, report.Ledger.Explained);
            var noticed = Line(report, MigrationPlan.Notice);
            Assert.InRange(noticed.TotalMilliseconds, atMost == 0 ? 0 : 0.001, atMost + 0.001);
            Assert.InRange((report.Ledger.Paused!.Value - noticed).TotalMilliseconds, 0, 60);
        },
        new SimulatedQemuOptions { MemoryBytes = gibibytes << 30 },
        bytesPerSecond: 1_250_000_000);

    [Fact]
    public async Task Five_failed_polls_in_a_row_are_forgiven()
    {
        using var monitor = new ScriptedMonitor();
        var connecting = monitor.ConnectAsync(Cancellation);
        await monitor.GreetAsync();
        await using var client = await connecting;
        var request = new MigrationRequest { VmId = VmId, Source = client, Target = new LocalTarget(new IncomingQemu(client, Address)) };
        var run = new RunContext(request, new LiveMigratorOptions(), NullLogger.Instance, null);
        await using var source = new SourceVm(run);
        var poll = new MigrationPoll(run, source, new Steering(run, source));

        async Task AskAsync(string answer)
        {
            var asking = poll.AskAsync(Cancellation);
            await monitor.PlayAsync($"-> query-migrate\n<- {answer}");
            await asking;
        }

        const string No = """{"error":{"class":"GenericError","desc":"not now"}}""";
        for (var i = 0; i < 5; i++)
        {
            await AskAsync(No);
            Assert.Equal(TimeSpan.FromSeconds(1), poll.NextDelay());
        }

        await AskAsync("""{"return":{"status":"setup"}}""");
        Assert.Equal(TimeSpan.FromMilliseconds(500), poll.NextDelay());
        for (var i = 0; i < 5; i++)
        {
            await AskAsync(No);
        }

        await Assert.ThrowsAsync<QmpCommandException>(() => AskAsync(No));
    }

    [Theory]
    [InlineData("before")]
    [InlineData("reduced")]
    public Task A_timer_that_fires_early_costs_no_poll(string name) => RunAsync(async bench =>
    {
        var migrator = new LiveMigrator(new LiveMigratorOptions
        {
            TimeProvider = new HastyTime(bench.Time),
            Profile = MigrationProfile.Default with { Polling = ByName[name] },
        });

        var report = await migrator.MigrateAsync(bench.Request(bench.Local()), cancellationToken: Cancellation);

        bench.AssertMigrated(report);
    });
}
