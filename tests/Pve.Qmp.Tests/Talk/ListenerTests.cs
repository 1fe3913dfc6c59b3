using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;

namespace Pve.Qmp.Tests.Talk;

public sealed class ListenerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stranger_who_says_nothing_is_told_apart_from_a_busy_monitor_and_the_next_is_served()
    {
        var path = Path.Combine(Path.GetTempPath(), $"qmp-{Guid.NewGuid():N}");
        await using var listener = QmpListener.Listen(QmpEndpoint.Unix(path));
        using var stranger = await ConnectAsync(path);
        using var server = await ConnectAsync(path);
        await server.SendAsync(SocketPeer.Opening, Ct);
        var time = new FakeTimeProvider();
        var accepting = listener.AcceptAsync(new QmpClientOptions { TimeProvider = time }, Ct);
        while (!accepting.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1)); // the deadline begins when the stranger is accepted
            await Task.Yield();
        }

        var silent = await Assert.ThrowsAsync<QmpConnectionException>(() => accepting);
        Assert.Contains(listener.Endpoint.Text, silent.Message, StringComparison.Ordinal);
        Assert.Contains("said nothing", silent.Message, StringComparison.Ordinal);
        await using var client = await listener.AcceptAsync(cancellationToken: Ct);
        Assert.Equal(listener.Endpoint.Text, client.Name);
    }

    [Fact]
    public async Task Options_are_checked_before_anyone_is_accepted()
    {
        await using var listener = QmpListener.Listen(QmpEndpoint.Unix(Path.Combine(Path.GetTempPath(), $"qmp-{Guid.NewGuid():N}")));
        await Assert.ThrowsAsync<ArgumentException>(
            () => listener.AcceptAsync(new QmpClientOptions { ConnectTimeout = TimeSpan.Zero }, Ct).WaitAsync(Patience, Ct));
    }

    private static async Task<Socket> ConnectAsync(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), Ct);
        return socket;
    }
}
