using System.Net.Sockets;
using System.Text;
using Pve.Migration.Tests.Transports;

namespace Pve.Migration.Tests.Fuzz;

/// <summary>A unix socket that says its name to each connection, and then what it is told; it counts them.</summary>
internal sealed class EchoSocket : IAsyncDisposable
{
    public const string Greeting = "this is socket ";

    private readonly string _path;
    private readonly byte[] _greeting;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private int _count;

    public EchoSocket(string path, string name)
    {
        (_path, _greeting) = (path, Encoding.ASCII.GetBytes(Greeting + name));
        _listener = UnixSockets.Listen(path);
        _accepting = AcceptAsync();
    }

    /// <summary>How many there were before this call: they are accepted in their order.</summary>
    public async Task<int> CountAsync(CancellationToken cancellationToken)
    {
        using Socket last = await UnixSockets.ConnectAsync(_path, cancellationToken);
        Assert.Equal(1, await UnixSockets.ReceiveAsync(last, cancellationToken));
        return Volatile.Read(ref _count) - 1;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await ((Task)_accepting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket accepted = await _listener.AcceptAsync(_stop.Token);
            _count++;
            _ = EchoAsync(accepted);
        }
    }

    private async Task EchoAsync(Socket accepted)
    {
        await using var stream = new NetworkStream(accepted, ownsSocket: true);
        await stream.WriteAsync(_greeting, _stop.Token);
        await stream.CopyToAsync(stream, _stop.Token);
    }
}
