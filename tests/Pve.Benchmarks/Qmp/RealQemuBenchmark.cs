using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Pve.Qmp;

namespace Pve.Benchmarks.Qmp;

/// <summary>
/// <c>query-status</c>, one after the other, on one real QEMU: this client, a bare socket loop that looks at nothing but the end of line, and
/// qemu.qmp in Python where its folder is given. They take turns, so that whatever else the machine does meets all of them.
/// </summary>
internal static class RealQemuBenchmark
{
    private const double WantedOfBare = 0.95;
    private const double WantedOfPython = 1.3;

    private const string Python = """
        import asyncio, sys, time
        sys.path.insert(0, sys.argv[1])
        from qemu.qmp import QMPClient

        async def main():
            qmp = QMPClient('benchmark')
            await qmp.connect(sys.argv[2])
            for line in sys.stdin:
                count = int(line)
                start = time.monotonic()
                for _ in range(count):
                    await qmp.execute('query-status')
                print(time.monotonic() - start, flush=True)
            await qmp.disconnect()

        asyncio.run(main())
        """;

    public static async Task RunAsync(string qemu, string? python, int commands, int rounds, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("pve-").FullName;
        string Monitor(string name) => Path.Combine(directory, name);
        using var process = Process.Start(new ProcessStartInfo(qemu,
        [
            "-machine", "none", "-nodefaults", "-display", "none", "-S", "-qmp", "stdio",
            .. new[] { "a", "b", "c" }.SelectMany(name => new[] { "-qmp", $"unix:{Monitor(name)},server=on,wait=off" }),
        ]) { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        try
        {
            await process.StandardOutput.ReadLineAsync(cancellationToken);
            await using var client = await QmpClient.ConnectAsync(QmpEndpoint.Unix(Monitor("a")), cancellationToken: cancellationToken);
            using var bare = new BareLoop(Monitor("b"));
            using var peer = python is null ? null : StartPython(python, Monitor("c"));
            var (ours, theirs, pythons) = (new Figures(), new Figures(), new Figures());
            for (var round = -1; round < rounds; round++)
            {
                var start = Stopwatch.GetTimestamp();
                for (var i = 0; i < commands; i++)
                {
                    await client.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: cancellationToken);
                }

                var took = Stopwatch.GetElapsedTime(start);
                start = Stopwatch.GetTimestamp();
                bare.Run(commands);
                var bareTook = Stopwatch.GetElapsedTime(start);
                var pythonTook = peer is null ? double.NaN : await AskAsync(peer, commands, cancellationToken);
                if (round >= 0)
                {
                    ours.Add(commands / took.TotalSeconds);
                    theirs.Add(commands / bareTook.TotalSeconds);
                    pythons.Add(commands / pythonTook);
                }
            }

            Console.WriteLine($"query-status, one at a time       {ours} a second");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"a bare socket loop                {theirs} a second   ours is {ours.Median / theirs.Median:0.00} of it, wanted {WantedOfBare}"));
            Console.WriteLine(peer is null
                ? "qemu.qmp in Python                not measured; name its folder with --python-qmp"
                : string.Create(CultureInfo.InvariantCulture,
                    $"qemu.qmp in Python                {pythons} a second   ours is {ours.Median / pythons.Median:0.00} of it, wanted {WantedOfPython}"));
            peer?.StandardInput.Close();
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            Directory.Delete(directory, recursive: true);
        }
    }

    private static Process StartPython(string folder, string monitor)
        => Process.Start(new ProcessStartInfo("python3", ["-c", Python, folder, monitor]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;

    private static async Task<double> AskAsync(Process python, int commands, CancellationToken cancellationToken)
    {
        await python.StandardInput.WriteLineAsync(commands.ToString(CultureInfo.InvariantCulture).AsMemory(), cancellationToken);
        await python.StandardInput.FlushAsync(cancellationToken);
        var answer = await python.StandardOutput.ReadLineAsync(cancellationToken);
        return answer is null ? throw new InvalidOperationException("qemu.qmp ended; is the folder right?") : double.Parse(answer, CultureInfo.InvariantCulture);
    }

    // What the wire itself takes: blocking calls, nothing parsed.
    private sealed class BareLoop : IDisposable
    {
        private static readonly byte[] Command = Encoding.UTF8.GetBytes("""{"execute": "query-status", "id": 1}""" + "\n");

        private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        private readonly byte[] _buffer = new byte[64 * 1024];

        public BareLoop(string path)
        {
            _socket.Connect(new UnixDomainSocketEndPoint(path));
            ReadLine();
            _socket.Send(Encoding.UTF8.GetBytes("""{"execute": "qmp_capabilities", "arguments": {"enable": ["oob"]}}""" + "\n"));
            ReadLine();
        }

        public void Run(int commands)
        {
            for (var i = 0; i < commands; i++)
            {
                _socket.Send(Command);
                ReadLine();
            }
        }

        public void Dispose() => _socket.Dispose();

        private void ReadLine()
        {
            int read;
            do
            {
                read = _socket.Receive(_buffer);
            }
            while (read > 0 && _buffer[read - 1] != (byte)'\n');
        }
    }
}
