using System.Net.Sockets;

namespace Pve.Migration.Tests.Transports;

public sealed class UnixTransportTests : ForwardingContract
{
    private MtunnelListener? _listener;
    private Task _serving = Task.CompletedTask;

    private string TunnelPath => Path.Combine(Folder, "tunnel");

    protected override Task<IMtunnelTransport> StartAsync()
    {
        _listener = MtunnelListener.ListenUnix(TunnelPath);
        _serving = _listener.ServeAsync((connection, stop) => Serve(connection, stop), Test);
        return Task.FromResult<IMtunnelTransport>(new UnixTransport(TunnelPath));
    }

    protected override async ValueTask StopAsync()
    {
        if (_listener is not null)
        {
            await _listener.DisposeAsync();
            await _serving;
        }
    }

    [Fact]
    public async Task Nobody_there()
    {
        MtunnelConnectionException e = await Assert.ThrowsAsync<MtunnelConnectionException>(() => new UnixTransport(TunnelPath).ConnectAsync(Test));
        Assert.Contains(TunnelPath, e.Message, StringComparison.Ordinal);
        Assert.Contains("see that somebody listens there", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forwards_from_the_start()
    {
        await StartAsync();
        var transport = new UnixTransport(TunnelPath, new UnixTransportOptions { Forwards = [new SocketForward(Near, Far)] });
        await using (await transport.ConnectAsync(Test))
        {
            Assert.True(File.Exists(Near));
        }

        Assert.False(File.Exists(Near));
    }

    [Fact]
    public async Task A_forward_that_cannot_be_had_leaves_no_connection()
    {
        await StartAsync();
        var forwards = new[] { new SocketForward(Near, Far), new SocketForward(Path.Combine(Folder, "no-such-folder", "s"), Far) };
        var transport = new UnixTransport(TunnelPath, new UnixTransportOptions { Forwards = forwards });
        MtunnelConnectionException e = await Assert.ThrowsAsync<MtunnelConnectionException>(() => transport.ConnectAsync(Test));
        Assert.Contains("see that its folder exists", e.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Near));
    }

    [Fact]
    public async Task A_listener_takes_no_others_path_and_its_own_when_it_is_dead()
    {
        await StartAsync();
        Assert.Throws<MtunnelConnectionException>(() => MtunnelListener.ListenUnix(TunnelPath));
        await using (await new UnixTransport(TunnelPath).ConnectAsync(Test))
        {
            // the first one is not disturbed
        }

        string other = Path.Combine(Folder, "other");
        UnixSockets.LeaveDead(other);
        await using (MtunnelListener.ListenUnix(other))
        {
            Assert.True(File.Exists(other));
        }

        Assert.False(File.Exists(other));
    }

    [Fact]
    public async Task Clients_that_nobody_accepted_end_with_the_listener()
    {
        MtunnelListener listener = MtunnelListener.ListenUnix(TunnelPath);
        using Socket socket = await UnixSockets.ConnectAsync(TunnelPath, Test);
        await listener.DisposeAsync();
        await listener.DisposeAsync();
        Assert.Equal(0, await UnixSockets.ReceiveAsync(socket, Test));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => listener.AcceptAsync(Test));
    }

    [Fact]
    public async Task A_client_that_fails_harms_no_other()
    {
        bool failed = false;
        Serve = (pipe, stop) =>
        {
            if (failed)
            {
                return MtunnelServer.ServeAsync(pipe, new Resumer(), cancellationToken: stop);
            }

            failed = true;
            throw new InvalidOperationException("broken");
        };
        IMtunnelTransport transport = await StartAsync();
        await Assert.ThrowsAsync<MtunnelGreetingException>(() => MtunnelClient.OpenAsync(transport, cancellationToken: Test));
        await using MtunnelClient client = await MtunnelClient.OpenAsync(transport, cancellationToken: Test);
        await client.ResumeAsync(100, Test);
    }
}
