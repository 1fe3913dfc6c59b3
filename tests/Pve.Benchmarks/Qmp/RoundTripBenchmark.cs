using System.Diagnostics;
using System.Globalization;
using Pve.Qmp;

namespace Pve.Benchmarks.Qmp;

/// <summary>Command round trips against a peer in memory, many callers at once: how many a second, and how many bytes each allocates.</summary>
internal static class RoundTripBenchmark
{
    private const int Callers = 64;
    private const double WantedASecond = 300_000;
    private const double AllowedBytes = 1024;

    public static async Task RunAsync(int commands, CancellationToken cancellationToken)
    {
        var (rate, bytes) = await MeasureAsync(commands, new QmpClientOptions(), cancellationToken);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"round trips in memory, {Callers} callers     {rate} a second   ratio to {WantedASecond:0}: {rate.Median / WantedASecond:0.00}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"allocated by each                     {bytes} bytes      ratio to {AllowedBytes:0}: {bytes.Median / AllowedBytes:0.00}"));

        await using var recorder = new QmpRecorder(Stream.Null);
        var (recorded, _) = await MeasureAsync(commands / 10, new QmpClientOptions { Recorder = recorder }, cancellationToken);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"the same, recorded                    {recorded} a second   ratio to unrecorded: {recorded.Median / rate.Median:0.00}, {recorder.Missed} messages missed"));
    }

    private static async Task<(Figures Rate, Figures Bytes)> MeasureAsync(int commands, QmpClientOptions options, CancellationToken cancellationToken)
    {
        await using var peer = new MemoryPeer();
        await using var client = await QmpClient.ConnectAsync(peer.Client, "memory", options, cancellationToken);
        var (rate, bytes) = (new Figures(), new Figures());
        for (var round = -2; round < 5; round++)
        {
            var allocated = GC.GetTotalAllocatedBytes(precise: true);
            var start = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => CallAsync(client, commands / Callers, cancellationToken)));
            var took = Stopwatch.GetElapsedTime(start);
            if (round >= 0)
            {
                rate.Add(commands / took.TotalSeconds);
                bytes.Add((GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)commands);
            }
        }

        return (rate, bytes);
    }

    private static async Task CallAsync(QmpClient client, int commands, CancellationToken cancellationToken)
    {
        for (var i = 0; i < commands; i++)
        {
            await client.ExecuteAsync(QmpCommands.Stop, cancellationToken: cancellationToken);
        }
    }
}
