using System.Net.Sockets;

namespace Pve.Benchmarks;

/// <summary>A way to a unix socket that carries only so many bytes a second, whatever QEMU's own limit is.</summary>
internal sealed class SlowLink : IAsyncDisposable
{
    // How much it may catch up on after it slept too long; what is not used beyond that is lost, as on a wire.
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(20);

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stop = new();
    private readonly string _path;
    private readonly Task _carrying;

    public SlowLink(string path, string target, long bytesPerSecond)
    {
        _path = path;
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        _carrying = CarryAsync(target, bytesPerSecond);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _carrying.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        File.Delete(_path);
    }

    private async Task CarryAsync(string target, long bytesPerSecond)
    {
        using var near = await _listener.AcceptAsync(_stop.Token);
        using var far = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await far.ConnectAsync(new UnixDomainSocketEndPoint(target), _stop.Token);
        await Task.WhenAll(PassAsync(near, far, bytesPerSecond), PassAsync(far, near, 0));
    }

    // A slice is a millisecond's worth.
    private async Task PassAsync(Socket from, Socket to, long bytesPerSecond)
    {
        var time = TimeProvider.System;
        var slice = new byte[bytesPerSecond == 0 ? 65_536 : Math.Max(4096, bytesPerSecond / 1000)];
        var free = TimeSpan.Zero;
        int count;
        while ((count = await from.ReceiveAsync(slice, _stop.Token)) > 0)
        {
            for (var sent = 0; sent < count;)
            {
                sent += await to.SendAsync(slice.AsMemory(sent, count - sent), _stop.Token);
            }

            if (bytesPerSecond > 0)
            {
                var now = time.GetElapsedTime(0);
                free = (free > now - Slack ? free : now - Slack) + TimeSpan.FromSeconds((double)count / bytesPerSecond);
                if (free - now is var ahead && ahead > TimeSpan.FromMilliseconds(1))
                {
                    await Task.Delay(ahead, time, _stop.Token);
                }
            }
        }

        to.Shutdown(SocketShutdown.Send);
    }
}
