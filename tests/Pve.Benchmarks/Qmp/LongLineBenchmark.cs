using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Pve.Qmp;

namespace Pve.Benchmarks.Qmp;

/// <summary>
/// One reply of 1 to 64 MiB in a single line: how long it takes, which must grow as the line does, and how much memory at the peak. Each size is
/// read in a process of its own, because the peak is the process's.
/// </summary>
internal static class LongLineBenchmark
{
    private const double AllowedPeak = 2.5;
    private const int Mib = 1 << 20;

    private static readonly int[] Sizes = [1, 4, 16, 64];

    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        double first = 0;
        foreach (var size in Sizes)
        {
            using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["long-line", "--mib", size.ToString(CultureInfo.InvariantCulture)])
            {
                RedirectStandardOutput = true,
                Environment = { ["DOTNET_gcServer"] = "0", ["DOTNET_TieredPGO"] = "0" },
            })!;
            var answer = (await process.StandardOutput.ReadToEndAsync(cancellationToken)).Split(' ', StringSplitOptions.TrimEntries);
            await process.WaitForExitAsync(cancellationToken);
            var (milliseconds, peak) = (double.Parse(answer[0], CultureInfo.InvariantCulture), double.Parse(answer[1], CultureInfo.InvariantCulture));
            first = first == 0 ? milliseconds : first;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"a line of {size,2} MiB   {milliseconds,8:0.00} ms   {milliseconds / size,6:0.00} ms/MiB   ratio to the first's {milliseconds / size / first:0.00}   peak {peak / Mib / size,5:0.00} times the line   ratio to {AllowedPeak}: {peak / Mib / size / AllowedPeak:0.00}"));
        }
    }

    /// <summary>Reads one reply of <paramref name="mib"/> MiB and prints the milliseconds and the bytes that the process's peak has grown by.</summary>
    public static async Task ReadOneAsync(int mib, CancellationToken cancellationToken)
    {
        var options = new QmpClientOptions { MaxMessageBytes = 128 * Mib };
        await using (var small = await QmpClient.ConnectAsync(new Reply(1).Client, "warm", options, cancellationToken))
        {
            await small.ExecuteAsync("human-monitor-command", cancellationToken: cancellationToken); // whatever the first one costs
        }

        await using var client = await QmpClient.ConnectAsync(new Reply(mib).Client, "memory", options, cancellationToken);
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var self = Process.GetCurrentProcess();
        var before = PeakMemory.Reset();
        var start = Stopwatch.GetTimestamp();
        var result = await client.ExecuteAsync("human-monitor-command", cancellationToken: cancellationToken);
        var took = Stopwatch.GetElapsedTime(start);
        var grown = PeakMemory.Read() - before;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{took.TotalMilliseconds} {grown}"));
        GC.KeepAlive(result);
    }

    // Hands the reply out in pieces that are made as they are read, so that only the reader holds it.
    private sealed class Reply
    {
        private const int PieceBytes = 64 * 1024;

        public Reply(int mib)
        {
            var (toClient, toServer) = (new Pipe(new PipeOptions(useSynchronizationContext: false)), new Pipe(new PipeOptions(useSynchronizationContext: false)));
            Client = new Duplex(toClient.Reader, toServer.Writer);
            _ = Task.Run(async () =>
            {
                await Say("""{"QMP": {"version": {"qemu": {"micro": 0, "minor": 0, "major": 10}, "package": ""}, "capabilities": []}}""" + "\r\n");
                await Say("""{"return": {}, "id": 0}""" + "\r\n");
                var command = await toServer.Reader.ReadAtLeastAsync(1);
                while (!Encoding.UTF8.GetString(command.Buffer).Contains("human", StringComparison.Ordinal))
                {
                    toServer.Reader.AdvanceTo(command.Buffer.Start, command.Buffer.End);
                    command = await toServer.Reader.ReadAsync();
                }

                await Say("{\"return\": \"");
                var piece = Encoding.UTF8.GetBytes(new string('x', PieceBytes));
                for (var i = 0; i < mib * (Mib / PieceBytes); i++)
                {
                    await toClient.Writer.WriteAsync(piece);
                }

                await Say("\", \"id\": 1}\r\n");

                async Task Say(string text) => await toClient.Writer.WriteAsync(Encoding.UTF8.GetBytes(text));
            });
        }

        public IDuplexPipe Client { get; }
    }
}
