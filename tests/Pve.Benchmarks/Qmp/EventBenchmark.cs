using System.Diagnostics;
using System.Globalization;
using System.Text;
using Pve.Qmp;

namespace Pve.Benchmarks.Qmp;

/// <summary>Small events through one connection on one core: parsed, routed to a subscription, and counted there.</summary>
internal static class EventBenchmark
{
    private const double WantedASecond = 1_000_000;
    private const int EventsAChunk = 1000;

    public static async Task RunAsync(int events, CancellationToken cancellationToken)
    {
        using var self = Process.GetCurrentProcess();
        var affinity = OperatingSystem.IsLinux() ? self.ProcessorAffinity : 0;
        if (OperatingSystem.IsLinux())
        {
            self.ProcessorAffinity = 1;
        }

        try
        {
            await MeasureAsync(events / EventsAChunk, cancellationToken);
        }
        finally
        {
            if (OperatingSystem.IsLinux())
            {
                self.ProcessorAffinity = affinity;
            }
        }
    }

    private static async Task MeasureAsync(int chunks, CancellationToken cancellationToken)
    {
        var chunk = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(
            """{"timestamp": {"seconds": 1700000000, "microseconds": 123456}, "event": "MIGRATION_PASS", "data": {"pass": 2}}""" + "\r\n", EventsAChunk)));
        await using var peer = new MemoryPeer();
        await using var client = await QmpClient.ConnectAsync(peer.Client, "memory", cancellationToken: cancellationToken);
        using var other = client.Subscribe("STOP", "RESUME");
        using var subscription = client.Subscribe(new QmpSubscriptionOptions { Events = ["MIGRATION_PASS"], Overflow = QmpOverflow.Wait });
        var rate = new Figures();
        for (var round = -2; round < 5; round++)
        {
            var start = Stopwatch.GetTimestamp();
            var counting = CountAsync(subscription, chunks * EventsAChunk, cancellationToken);
            for (var i = 0; i < chunks; i++)
            {
                await peer.SayAsync(chunk, cancellationToken);
            }

            await counting;
            if (round >= 0)
            {
                rate.Add(chunks * EventsAChunk / Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"events of {chunk.Length / EventsAChunk} bytes on one core          {rate} a second   ratio to {WantedASecond:0}: {rate.Median / WantedASecond:0.00}"));
    }

    private static async Task CountAsync(QmpEventSubscription subscription, int wanted, CancellationToken cancellationToken)
    {
        var counted = 0;
        await foreach (var _ in subscription.WithCancellation(cancellationToken))
        {
            if (++counted == wanted)
            {
                return;
            }
        }
    }
}
