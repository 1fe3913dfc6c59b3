using Pve.Migration.Testing;
using Pve.Migration.Testing.Simulation;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Tests.Simulation;

/// <summary>What slows a guest down that dirties faster than the link carries.</summary>
public sealed class ThrottleTests
{
    // The whole of its RAM each second and a half, at 125 MB/s.
    private static readonly SimulatedQemuOptions Busy
        = new() { MemoryBytes = 400_000_000, DirtyBytesPerSecond = 250_000_000, WorkingSetBytes = 400_000_000 };

    private readonly VirtualTime _time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public Task Without_a_throttle_it_never_converges() => RunAsync(Busy, async talk =>
    {
        await talk.MigrateAsync();
        await Task.Delay(TimeSpan.FromHours(1), _time, Cancellation);
        var info = await talk.Source.ExecuteAsync(QmpCommands.QueryMigrate);
        Assert.Equal((MigrationStatus.Active, null), (info.Status, info.CpuThrottlePercentage));
        Assert.True(info.Ram!.DirtySyncCount > 100);
    });

    [Fact]
    public Task Auto_converge_throttles_step_by_step_until_it_does() => RunAsync(Busy, async talk =>
    {
        await talk.MigrateAsync();
        var seen = new List<int>();
        MigrationInfo info;
        while ((info = await talk.Source.ExecuteAsync(QmpCommands.QueryMigrate)).Status != MigrationStatus.Completed)
        {
            if (info.CpuThrottlePercentage is { } percentage && !seen.Contains(percentage))
            {
                seen.Add(percentage);
            }

            await Task.Delay(TimeSpan.FromSeconds(1), _time, Cancellation);
        }

        Assert.Equal(Enumerable.Range(2, seen.Count).Select(tens => tens * 10), seen);
        Assert.InRange(seen[^1], 80, 99); // the rest of one pass is 300 ms of the link, in which it dirties as fast as it may
        Assert.Null(info.CpuThrottlePercentage);
        Assert.InRange(_time.Elapsed, TimeSpan.FromSeconds(20), TimeSpan.FromMinutes(2));
    }, "auto-converge");

    [Fact]
    public void Every_second_period_that_dirties_more_than_half_of_what_was_sent_throttles()
    {
        var parameters = new Pve.Migration.Testing.Simulation.MigrationParameters();
        var throttle = new AutoConverge(parameters, TimeSpan.Zero);
        var seen = new List<int>();
        for (var second = 1; second <= 5; second++)
        {
            throttle.Synchronised(TimeSpan.FromSeconds(second * 1.1), isOn: true, sent: second * 100, dirtied: 51);
            seen.Add(throttle.Percentage);
        }

        throttle.Synchronised(TimeSpan.FromSeconds(6.4), isOn: true, sent: 600, dirtied: 100); // within a second of the last
        throttle.Synchronised(TimeSpan.FromSeconds(7), isOn: true, sent: 700, dirtied: 0); // 100 against 200
        Assert.Equal([0, 20, 20, 30, 30], seen);
        Assert.Equal(30, throttle.Percentage);
    }

    [Fact]
    public Task A_guest_that_faults_on_its_writes_dirties_less() => RunAsync(
        new SimulatedQemuOptions { DirtyBytesPerSecond = 4096 * 10_000, WriteFaultTime = TimeSpan.FromMicroseconds(100), WorkingSetBytes = 1L << 30 },
        async talk =>
        {
            await talk.MigrateAsync();
            await talk.SourceReachesAsync(MigrationStatus.Completed);
            var info = await talk.Source.ExecuteAsync(QmpCommands.QueryMigrate);
            Assert.InRange(info.Ram!.DirtyPagesRate, 4_900, 5_000);
        });

    private Task RunAsync(SimulatedQemuOptions guest, Func<SimulatedTalk, Task> body, params string[] capabilities) => _time.RunAsync(async () =>
    {
        await using var talk = await SimulatedTalk.BeginAsync(_time, guest, capabilities: [.. capabilities, "return-path"]);
        await body(talk);
    }, Cancellation);
}
