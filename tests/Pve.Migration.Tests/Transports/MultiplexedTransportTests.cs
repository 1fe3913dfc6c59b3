using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;

namespace Pve.Migration.Tests.Transports;

public sealed class MultiplexedTransportTests : MultiplexedContract
{
    protected override MtunnelListener Listen() => MtunnelListener.ListenUnix(Path.Combine(Folder, "carrier"));

    protected override IMtunnelTransport Carrier(MtunnelListener listener) => new UnixTransport(Path.Combine(Folder, "carrier"));

    [Theory]
    [InlineData("sub/../a.far", "no '.' and no '..'")]
    [InlineData("./a.far", "no '.' and no '..'")]
    [InlineData("/a.far", "no empty parts")]
    [InlineData("a.other", "not among those")]
    [InlineData("sub/a.far", "not among those")]
    public async Task A_path_that_is_not_allowed_is_not_opened(string path, string why)
    {
        Directory.CreateDirectory(Path.Combine(Folder, "sub"));
        using Socket listener = UnixSockets.Listen(Path.Combine(Folder, Path.GetFullPath(path, "/").TrimStart('/')));
        Assert.Contains(why, await WhyNotAsync($"{Folder}/{path}"), StringComparison.Ordinal);
        Assert.False(listener.Poll(0, SelectMode.SelectRead), "nobody connected");
    }

    [Fact]
    public async Task A_symbolic_link_is_not_followed()
    {
        string elsewhere = Path.Combine(Folder, "elsewhere");
        using Socket listener = UnixSockets.Listen(elsewhere);
        File.CreateSymbolicLink(Far, elsewhere);
        Assert.Contains("is no socket", await WhyNotAsync(Far), StringComparison.Ordinal);
        Assert.False(listener.Poll(0, SelectMode.SelectRead), "nobody connected");
        File.Delete(Far);
    }

    [Theory]
    [InlineData("101.migrate")]
    [InlineData("1000.migrate")]
    [InlineData("101_nbd.migrate")]
    [InlineData("100.qmp")]
    [InlineData("10.migrate")]
    public async Task A_tunnel_of_VM_100_reaches_no_other_s_sockets(string name)
    {
        string path = Path.Combine(Folder, name);
        using Socket listener = UnixSockets.Listen(path);
        IMtunnelTransport transport = new MultiplexedTransport(StartCarrier(
            Server with { AllowedSockets = [Path.Combine(Folder, "100.migrate"), Path.Combine(Folder, "100_*.migrate")] }));
        Assert.Contains("not among those", await WhyNotAsync(transport, path), StringComparison.Ordinal);
        Assert.False(listener.Poll(0, SelectMode.SelectRead), "nobody connected");
    }

    [Fact]
    public async Task Neither_is_a_symbolic_link_to_the_folder()
    {
        string folder = Path.Combine(Folder, "link");
        Directory.CreateSymbolicLink(folder, Folder);
        using Socket listener = UnixSockets.Listen(Far);
        Assert.Contains("not among those", await WhyNotAsync(Path.Combine(folder, "a.far")), StringComparison.Ordinal);
        Assert.False(listener.Poll(0, SelectMode.SelectRead), "nobody connected");
        Directory.Delete(folder);
    }

    [Fact]
    public async Task Neither_is_a_file_a_socket()
    {
        await File.WriteAllTextAsync(Far, "precious", Test);
        Assert.Contains("is no socket", await WhyNotAsync(Far), StringComparison.Ordinal);
        File.Delete(Far);
    }

    [Fact]
    public async Task Connections_over_the_limit_are_refused()
    {
        IMtunnelTransport carrier = StartCarrier(Server with { MaxConnections = 1 });
        await using IMtunnelConnection connection = await new MultiplexedTransport(carrier).ConnectAsync(Test);
        await using IForwardedSocket forward = await connection.ForwardAsync(new SocketForward(Near, Far), Test);
        using Socket listener = UnixSockets.Listen(Far);
        using Socket first = await UnixSockets.ConnectAsync(Near, Test);
        using Socket accepted = await listener.AcceptAsync(Test);
        using Socket second = await UnixSockets.ConnectAsync(Near, Test);
        Assert.Equal(0, await UnixSockets.ReceiveAsync(second, Test));
        Assert.Contains("takes no more channels", forward.LastFailure, StringComparison.Ordinal);
        await first.SendAsync(new byte[1], Test);
        Assert.Equal(1, await UnixSockets.ReceiveAsync(accepted, Test));
    }

    [Fact]
    public async Task A_killed_far_end_ends_its_connection_and_not_the_tunnel()
    {
        IMtunnelTransport transport = await StartAsync();
        await using IMtunnelConnection connection = await transport.ConnectAsync(Test);
        await using IForwardedSocket forward = await connection.ForwardAsync(new SocketForward(Near, Far), Test);
        using Socket near = await ConnectAndCutAsync();
        Assert.Equal(0, await UnixSockets.ReceiveAsync(near, Test));
        Assert.False(connection.Ended.IsCompleted);

        async Task<Socket> ConnectAndCutAsync()
        {
            using Socket listener = UnixSockets.Listen(Far);
            Socket socket = await UnixSockets.ConnectAsync(Near, Test);
            using Socket accepted = await listener.AcceptAsync(Test);
            return socket;
        }
    }

    [Fact]
    public async Task RAM_flows_on_when_the_tunnel_has_ended()
    {
        Serve = static (pipe, _) =>
        {
            pipe.Output.Complete();
            pipe.Input.Complete();
            return Task.CompletedTask;
        };
        await using IMtunnelConnection connection = await (await StartAsync()).ConnectAsync(Test);
        await using IForwardedSocket forward = await connection.ForwardAsync(new SocketForward(Near, Far), Test);
        await connection.Ended.WaitAsync(Test);
        using Socket listener = UnixSockets.Listen(Far);
        using Socket near = await UnixSockets.ConnectAsync(Near, Test);
        using Socket accepted = await listener.AcceptAsync(Test);
        await near.SendAsync(new byte[1], Test);
        Assert.Equal(1, await UnixSockets.ReceiveAsync(accepted, Test));
    }

    [Fact]
    public async Task A_peer_that_does_not_multiplex_is_recognised()
    {
        await using var listener = MtunnelListener.ListenUnix(Path.Combine(Folder, "plain"));
        Task serving = listener.ServeAsync((connection, stop) => Serve(connection, stop), Test);
        var transport = new MultiplexedTransport(new UnixTransport(Path.Combine(Folder, "plain")));
        MtunnelConnectionException e = await Assert.ThrowsAsync<MtunnelConnectionException>(() => transport.ConnectAsync(Test));
        Assert.Contains("see that a MultiplexedServer is at the other end", e.Message, StringComparison.Ordinal);
        await listener.DisposeAsync();
        await serving;
    }

    [Fact]
    public async Task A_peer_that_stays_silent_is_given_up()
    {
        var time = new FakeTimeProvider();
        using Socket silent = UnixSockets.Listen(Path.Combine(Folder, "silent"));
        var transport = new MultiplexedTransport(new UnixTransport(Path.Combine(Folder, "silent")), new MultiplexedTransportOptions { TimeProvider = time });
        Task<IMtunnelConnection> connecting = transport.ConnectAsync(Test);
        using Socket accepted = await silent.AcceptAsync(Test);
        Assert.Equal(1, await UnixSockets.ReceiveAsync(accepted, Test));
        time.Advance(TimeSpan.FromSeconds(10));
        MtunnelConnectionException e = await Assert.ThrowsAsync<MtunnelConnectionException>(() => connecting);
        Assert.Contains("no handshake within 10 s", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_does_not_multiplex_is_recognised()
    {
        var served = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var listener = MtunnelListener.ListenUnix(Path.Combine(Folder, "server"));
        Task serving = listener.ServeAsync(
            async (connection, stop) => served.SetResult(await Record.ExceptionAsync(() => MultiplexedServer.ServeAsync(connection, Serve, Server, stop))), Test);
        await using IMtunnelConnection client = await new UnixTransport(Path.Combine(Folder, "server")).ConnectAsync(Test);
        await client.Output.WriteAsync("GET / HTTP/1.1\r\nHost: target\r\nAccept: */*\r\n\r\n"u8.ToArray(), Test);
        Assert.IsType<MtunnelConnectionException>(await served.Task.WaitAsync(Test));
        await listener.DisposeAsync();
        await serving;
    }

    [Theory]
    [InlineData("relative/*.far")]
    [InlineData("/*/a.far")]
    [InlineData("/folder/")]
    [InlineData("/folder/a?.far")]
    public async Task A_pattern_that_would_allow_more_than_it_seems_is_refused(string pattern) =>
        await Assert.ThrowsAsync<ArgumentException>(() => MultiplexedServer.ServeAsync(
            new System.IO.Pipelines.Pipe() is var pipe ? new Nerdbank.Streams.DuplexPipe(pipe.Reader, pipe.Writer) : null!,
            Serve,
            new MultiplexedServerOptions { AllowedSockets = [pattern] },
            Test));

    // as over any other carrier: neither the wait of its lease nor a resume under way is cut short
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_vanishes_leaves_its_tunnel_to_end_by_itself(bool resumes)
    {
        var time = new FakeTimeProvider();
        var handler = new Abandoned();
        var may = new MtunnelServerOptions
        {
            Dialect = MtunnelDialect.V2, Vmid = 100, CleansUpAfter = TimeSpan.FromMinutes(5), Leases = new Pve.Migration.Tunnel.ProcessLeases(), TimeProvider = time,
        };
        await using var listener = MtunnelListener.ListenUnix(Path.Combine(Folder, "server"));
        Task carrierEnded = Task.CompletedTask;
        Task serving = listener.ServeAsync((connection, stop) => MultiplexedServer.ServeAsync(connection, ServeTunnelAsync, Server, stop), Test);
        MtunnelClient client = await MtunnelClient.OpenAsync(new MultiplexedTransport(new UnixTransport(Path.Combine(Folder, "server"))), cancellationToken: Test);
        await client.Negotiated;
        if (resumes)
        {
            _ = client.ResumeAsync(100, Test).ContinueWith(static given => given.Exception, TaskScheduler.Default);
            await handler.Resuming.Task.WaitAsync(Test);
        }

        await client.DisposeAsync(); // without quit
        await carrierEnded.WaitAsync(Test).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext); // and the server has seen it
        handler.MayResume.SetResult();
        while (!handler.Ended.Task.IsCompleted)
        {
            Test.ThrowIfCancellationRequested();
            time.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        Assert.Equal(resumes ? "resume" : "abandon", await handler.Ended.Task);
        await listener.DisposeAsync();
        await serving;

        Task ServeTunnelAsync(System.IO.Pipelines.IDuplexPipe pipe, CancellationToken token)
        {
            carrierEnded = ((Nerdbank.Streams.MultiplexingStream.Channel)pipe).Completion;
            return MtunnelServer.ServeAsync(pipe, handler, may, token);
        }
    }

    private async Task<string> WhyNotAsync(string path) => await WhyNotAsync(await StartAsync(), path);

    private async Task<string> WhyNotAsync(IMtunnelTransport transport, string path)
    {
        await using IMtunnelConnection connection = await transport.ConnectAsync(Test);
        await using IForwardedSocket forward = await connection.ForwardAsync(new SocketForward(Near, path), Test);
        using Socket near = await UnixSockets.ConnectAsync(Near, Test);
        Assert.Equal(0, await UnixSockets.ReceiveAsync(near, Test));
        return forward.LastFailure ?? "";
    }

    private sealed class Abandoned : IMtunnelHandler
    {
        public TaskCompletionSource Resuming { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource MayResume { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<string> Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task ResumeAsync(int vmid, CancellationToken cancellationToken)
        {
            Resuming.SetResult();
            await MayResume.Task.WaitAsync(cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            Ended.SetResult("resume");
        }

        public Task AbandonAsync(int vmid, CancellationToken cancellationToken)
        {
            Ended.SetResult("abandon");
            return Task.CompletedTask;
        }
    }
}
