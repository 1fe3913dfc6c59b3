using System.Net.Sockets;

namespace Pve.Integration.Tests.Live;

/// <summary>A way to a unix socket that carries only so many bytes a second, and can be cut; what connects afterwards gets through.</summary>
internal sealed class CutLink : IAsyncDisposable
{
    private const int SlicesPerSecond = 100;

    private readonly Socket _listener = NewSocket();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Socket> _open = [];
    private readonly List<Task> _carrying = [];
    private readonly string _path;
    private readonly Task _accepting;

    public CutLink(string path, string target, int bytesPerSecond)
    {
        _path = path;
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        _accepting = AcceptAsync(target, bytesPerSecond);
    }

    public int Connections { get; private set; }

    public void Cut()
    {
        lock (_open)
        {
            _open.ForEach(socket => socket.Shutdown(SocketShutdown.Both));
            _open.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_carrying).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        _stop.Dispose();
        File.Delete(_path);
    }

    private static Socket NewSocket() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    private async Task AcceptAsync(string target, int bytesPerSecond)
    {
        while (true)
        {
            var near = await _listener.AcceptAsync(_stop.Token);
            var far = NewSocket();
            await far.ConnectAsync(new UnixDomainSocketEndPoint(target), _stop.Token);
            lock (_open)
            {
                Connections++;
                _open.AddRange([near, far]);
            }

            _carrying.Add(CarryAsync(near, far, bytesPerSecond));
        }
    }

    private async Task CarryAsync(Socket near, Socket far, int bytesPerSecond)
    {
        using (near)
        using (far)
        {
            await Task.WhenAll(PassAsync(near, far, bytesPerSecond), PassAsync(far, near, 0)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lock (_open)
            {
                _open.Remove(near);
                _open.Remove(far);
            }
        }
    }

    private async Task PassAsync(Socket from, Socket to, int bytesPerSecond)
    {
        var slice = new byte[bytesPerSecond == 0 ? 65_536 : bytesPerSecond / SlicesPerSecond];
        int count;
        while ((count = await from.ReceiveAsync(slice, _stop.Token)) > 0)
        {
            for (var sent = 0; sent < count;)
            {
                sent += await to.SendAsync(slice.AsMemory(sent, count - sent), _stop.Token);
            }

            if (bytesPerSecond > 0)
            {
                await Task.Delay(TimeSpan.FromSeconds((double)count / bytesPerSecond), TimeProvider.System, _stop.Token);
            }
        }

        to.Shutdown(SocketShutdown.Send);
    }
}
