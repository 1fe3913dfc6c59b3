using System.Net;
using System.Net.Sockets;

namespace Pve.Chaos.World;

/// <summary>A way to a socket that can be cut, and mended; it may be slow, and lose what comes back.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private const int SlicesPerSecond = 100;

    private readonly Socket _listener;
    private readonly EndPoint _to;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Task _accepting;
    private readonly int _bytesPerSecond;
    private CancellationTokenSource _cut = new();
    private volatile bool _losesReturns;

    /// <param name="at">Where it listens.</param>
    /// <param name="to">Where it leads.</param>
    /// <param name="bytesPerSecond">What it carries there; 0 for all that comes.</param>
    public Relay(EndPoint at, EndPoint to, int bytesPerSecond = 0)
    {
        (_to, _bytesPerSecond) = (to, bytesPerSecond);
        _listener = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(at);
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    /// <summary>The port it listens at.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>How many connections came through.</summary>
    public int Connections { get; private set; }

    public static Relay Unix(string at, string to, int bytesPerSecond = 0)
        => new(new UnixDomainSocketEndPoint(at), new UnixDomainSocketEndPoint(to), bytesPerSecond);

    /// <summary>From here on nothing comes back, though the way stays open.</summary>
    public void LoseReturns() => _losesReturns = true;

    /// <summary>Cuts what goes through it, and refuses whatever comes.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            _cut.Cancel();
        }
    }

    /// <summary>Lets new connections through again.</summary>
    public void Mend()
    {
        lock (_gate)
        {
            if (_cut.IsCancellationRequested)
            {
                _cut = new CancellationTokenSource();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Cut();
        await _accepting;
        var path = (_listener.LocalEndPoint as UnixDomainSocketEndPoint)?.ToString();
        _listener.Dispose();
        if (path is not null)
        {
            File.Delete(path);
        }
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                var near = await _listener.AcceptAsync(_stop.Token);
                lock (_gate)
                {
                    connections.Add(CarryAsync(near, _cut.Token));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // disposed
        }

        await Task.WhenAll(connections);
    }

    private async Task CarryAsync(Socket near, CancellationToken cut)
    {
        using var far = new Socket(_to.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(cut);
        try
        {
            await far.ConnectAsync(_to, broken.Token);
            lock (_gate)
            {
                Connections++;
            }

            await Task.WhenAll(PassAsync(near, far, broken, _bytesPerSecond, () => false), PassAsync(far, near, broken, 0, () => _losesReturns));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // cut, or ended by either side: closing tells both
        }
        finally
        {
            near.Dispose();
        }
    }

    private static async Task PassAsync(Socket from, Socket to, CancellationTokenSource broken, int bytesPerSecond, Func<bool> loses)
    {
        var slice = new byte[bytesPerSecond == 0 ? 65536 : bytesPerSecond / SlicesPerSecond];
        try
        {
            int count;
            while ((count = await from.ReceiveAsync(slice, broken.Token)) > 0)
            {
                for (var sent = 0; sent < count && !loses();)
                {
                    sent += await to.SendAsync(slice.AsMemory(sent, count - sent), broken.Token);
                }

                if (bytesPerSecond > 0)
                {
                    await Task.Delay(TimeSpan.FromSeconds((double)count / bytesPerSecond), TimeProvider.System, broken.Token);
                }
            }

            if (!loses())
            {
                to.Shutdown(SocketShutdown.Send);
            }
        }
        catch
        {
            await broken.CancelAsync();
            throw;
        }
    }
}
