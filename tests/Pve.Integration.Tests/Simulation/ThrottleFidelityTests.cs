using System.Text.Json;
using Pve.Migration.Testing;
using Pve.Qmp;

namespace Pve.Integration.Tests.Simulation;

/// <summary>A guest that dirties all it has in each pass, under auto-converge: the same steps of the throttle on real QEMU and on the simulated one.</summary>
[Collection(nameof(SimulatedQemuFidelityTests))]
public sealed class ThrottleFidelityTests
{
    private const int SpanMiB = 4;

    private const string Parameters
        = """{"max-bandwidth":2097152,"downtime-limit":1,"cpu-throttle-initial":15,"cpu-throttle-increment":25,"max-cpu-throttle":50}""";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_throttle_goes_up_as_qemus_does()
    {
        Assert.Equal([15, 40, 50], await OnSimulatedAsync());
        Assert.Equal([15, 40, 50], await OnRealAsync());
    }

    private static async Task<List<int>> OnRealAsync()
    {
        await using var bench = new GuestBench(SpanMiB);
        var (source, ticks) = await bench.StartAsync("source");
        var (target, _) = await bench.StartAsync("target", incoming: true);
        await ticks.WaitForTicksAsync(200, Cancellation);
        await using var here = await QmpClient.ConnectAsync(QmpEndpoint.Unix(source.QmpPath), cancellationToken: Cancellation);
        await using var there = await QmpClient.ConnectAsync(QmpEndpoint.Unix(target.QmpPath), cancellationToken: Cancellation);
        return await ThrottleAsync(here, there, Path.Combine(bench.Root, "m"), TimeProvider.System);
    }

    private static Task<List<int>> OnSimulatedAsync()
    {
        var time = new VirtualTime();
        return time.RunAsync(async () =>
        {
            await using var pair = new SimulatedPair(
                new SimulatedLinkOptions { TimeProvider = time },
                new SimulatedQemuOptions { MemoryBytes = 2 * SpanMiB << 20, WorkingSetBytes = SpanMiB << 20, DirtyBytesPerSecond = SpanMiB << 20 });
            var options = new QmpClientOptions { TimeProvider = time };
            await using var source = await QmpClient.ConnectAsync(pair.Source.OpenMonitor(), "source", options, Cancellation);
            await using var target = await QmpClient.ConnectAsync(pair.Target.OpenMonitor(), "target", options, Cancellation);
            return await ThrottleAsync(source, target, "/m", time);
        }, Cancellation);
    }

    /// <summary>Each percentage that shows, up to the highest.</summary>
    private static async Task<List<int>> ThrottleAsync(QmpClient source, QmpClient target, string address, TimeProvider time)
    {
        await AskAsync(source, "migrate-set-capabilities", """{"capabilities":[{"capability":"auto-converge","state":true}]}""");
        await AskAsync(source, "migrate-set-parameters", Parameters);
        await AskAsync(target, "migrate-incoming", $$"""{"uri":"unix:{{address}}"}""");
        await AskAsync(source, "migrate", $$"""{"uri":"unix:{{address}}"}""");
        var seen = new List<int>();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2), time);
        while (!seen.Contains(50))
        {
            var info = await source.ExecuteAsync(QmpCommands.QueryMigrate, cancellationToken: Cancellation);
            if (info.CpuThrottlePercentage is { } percentage && !seen.Contains(percentage))
            {
                seen.Add(percentage);
            }

            await Task.Delay(Interval, time, patience.Token);
        }

        return seen;
    }

    private static Task<JsonElement> AskAsync(QmpClient client, string command, string arguments)
        => client.ExecuteAsync(command, JsonElement.Parse(arguments), cancellationToken: Cancellation);
}
