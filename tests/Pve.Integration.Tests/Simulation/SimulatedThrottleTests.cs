using Pve.Migration.Testing;
using Pve.Qmp;

namespace Pve.Integration.Tests.Simulation;

[Collection(nameof(VirtualTimeTests))]
public sealed class SimulatedThrottleTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public Task It_goes_up_as_qemus_does()
    {
        var time = new VirtualTime();
        return time.RunAsync(async () =>
        {
            const int Span = ThrottleTalk.SpanMiB << 20;
            await using var pair = new SimulatedPair(
                new SimulatedLinkOptions { TimeProvider = time },
                new SimulatedQemuOptions { MemoryBytes = 2 * Span, WorkingSetBytes = Span, DirtyBytesPerSecond = ThrottleTalk.PagesPerTick * 1000 * 4096 });
            var options = new QmpClientOptions { TimeProvider = time };
            await using var source = await QmpClient.ConnectAsync(pair.Source.OpenMonitor(), "source", options, Cancellation);
            await using var target = await QmpClient.ConnectAsync(pair.Target.OpenMonitor(), "target", options, Cancellation);
            Assert.Equal(ThrottleTalk.Steps, await ThrottleTalk.HoldAsync(source, target, "/m", time));
        }, Cancellation);
    }
}
