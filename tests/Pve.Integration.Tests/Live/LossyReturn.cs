using System.Net.Sockets;

namespace Pve.Integration.Tests.Live;

/// <summary>A way to a unix socket that can lose what comes back, and be cut.</summary>
internal sealed class LossyReturn : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _cut = new();
    private readonly string _path;
    private readonly Task _carrying;
    private volatile bool _loses;

    public LossyReturn(string path, string target)
    {
        _path = path;
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        _carrying = CarryAsync(target);
    }

    public void LoseReturns() => _loses = true;

    public void Cut() => _cut.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _cut.CancelAsync();
        _listener.Dispose();
        await _carrying.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _cut.Dispose();
        File.Delete(_path);
    }

    private async Task CarryAsync(string target)
    {
        using var near = await _listener.AcceptAsync(_cut.Token);
        using var far = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await far.ConnectAsync(new UnixDomainSocketEndPoint(target), _cut.Token);
        await Task.WhenAll(PassAsync(near, far, returns: false), PassAsync(far, near, returns: true));
    }

    private async Task PassAsync(Socket from, Socket to, bool returns)
    {
        var buffer = new byte[65536];
        int count;
        while ((count = await from.ReceiveAsync(buffer, _cut.Token)) > 0)
        {
            for (var sent = 0; sent < count && !(returns && _loses);)
            {
                sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), _cut.Token);
            }
        }

        if (!returns)
        {
            to.Shutdown(SocketShutdown.Send);
        }
    }
}
