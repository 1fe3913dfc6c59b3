using System.Net.Sockets;
using System.Text.Json;

namespace Pve.Integration.Tests.Target;

/// <summary>A paused QEMU's monitor at its socket, which serves one client after the other as QEMU's does.</summary>
internal sealed class StandInMonitor : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _mayRun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _continued = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _serving;
    private bool _runs;

    /// <param name="path">Where it listens.</param>
    /// <param name="loads">Whether the guest cannot run yet, until <see cref="HasLoaded"/>.</param>
    public StandInMonitor(string path, bool loads = false)
    {
        if (!loads)
        {
            HasLoaded();
        }

        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        _serving = ServeAsync();
    }

    /// <summary>How many clients it has served, the one that it serves counted.</summary>
    public int Clients { get; private set; }

    /// <summary>Until the guest was told to go on.</summary>
    public Task Continued => _continued.Task;

    public void HasLoaded() => _mayRun.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            using var client = await _listener.AcceptAsync(_stop.Token);
            Clients++;
            await using var stream = new NetworkStream(client);
            using var reader = new StreamReader(stream);
            await using var writer = new StreamWriter(stream) { AutoFlush = true };
            await TalkAsync(reader, writer);
        }
    }

    private async Task TalkAsync(StreamReader reader, StreamWriter writer)
    {
        await writer.WriteLineAsync("""{"QMP":{"version":{"qemu":{"micro":0,"minor":2,"major":7},"package":""},"capabilities":[]}}""");
        while (await reader.ReadLineAsync(_stop.Token) is { } line)
        {
            var command = JsonElement.Parse(line);
            var name = command.GetProperty("execute").GetString();
            var answer = name == "query-status"
                ? $$"""{"status":"{{(_runs ? "running" : "paused")}}","running":{{(_runs ? "true" : "false")}},"singlestep":false}"""
                : "{}";
            await writer.WriteLineAsync($$"""{"return":{{answer}},"id":{{command.GetProperty("id").GetRawText()}}}""");
            if (name == "cont")
            {
                _continued.TrySetResult();
                _ = RunAsync(writer);
            }
        }
    }

    private async Task RunAsync(StreamWriter writer)
    {
        await _mayRun.Task;
        _runs = true;
        await writer.WriteLineAsync("""{"event":"RESUME","timestamp":{"seconds":1,"microseconds":2}}""");
    }
}
