using Pve.Qmp;

namespace Pve.Integration.Tests.Simulation;

public sealed class RealThrottleTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_goes_up_step_by_step()
    {
        await using var bench = new GuestBench(ThrottleTalk.SpanMiB, ThrottleTalk.PagesPerTick);
        var (source, ticks) = await bench.StartAsync("source");
        var (target, _) = await bench.StartAsync("target", incoming: true);
        await ticks.WaitForTicksAsync(200, Cancellation);
        await using var here = await QmpClient.ConnectAsync(QmpEndpoint.Unix(source.QmpPath), cancellationToken: Cancellation);
        await using var there = await QmpClient.ConnectAsync(QmpEndpoint.Unix(target.QmpPath), cancellationToken: Cancellation);
        Assert.Equal(ThrottleTalk.Steps, await ThrottleTalk.HoldAsync(here, there, Path.Combine(bench.Root, "m"), TimeProvider.System));
    }
}
