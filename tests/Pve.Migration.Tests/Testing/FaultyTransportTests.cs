using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Pve.Migration.Testing;
using Pve.Migration.Tests.Transports;
using static Pve.Migration.Testing.WireDirection;

namespace Pve.Migration.Tests.Testing;

public sealed class FaultyTransportTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_connection_has_the_faults_of_its_number()
    {
        var cut = WireFault.Cut(WirePlace.Line(FromPeer, 1));
        var transport = new FaultyTransport(new InProcessTransport(GreetAsync), TimeProvider.System, connection => connection == 0 ? [cut] : []);
        Assert.Equal("in-process tunnel", transport.Name);

        await using var first = await transport.ConnectAsync(Test);
        await Assert.ThrowsAsync<IOException>(() => ReadAllAsync(first.Input));
        Assert.Equal("the connection was cut at line 1 from the peer", await first.Ended);

        await using var second = await transport.ConnectAsync(Test);
        Assert.Equal("tunnel online\nver 1\n", await ReadAllAsync(second.Input));
        Assert.True(second.Ended.IsCompletedSuccessfully, "it is told before the input ends");
        Assert.Equal("the server in this process ended", await second.Ended);
        Assert.Equal([cut], transport.Struck);
    }

    [Fact]
    public async Task A_client_is_told_what_cut_its_tunnel()
    {
        var transport = new FaultyTransport(
            new InProcessTransport((pipe, token) => MtunnelServer.ServeAsync(pipe, new NoHandler(), new MtunnelServerOptions { Dialect = MtunnelDialect.V1 }, token)),
            TimeProvider.System,
            WireFault.Cut(WirePlace.Line(FromPeer, 2)));
        await using var client = await MtunnelClient.OpenAsync(transport, cancellationToken: Test);
        await client.Negotiated;
        var lost = await Assert.ThrowsAsync<MtunnelNoReplyException>(() => client.ResumeAsync(1, Test));
        Assert.Contains("cut at line 2 from the peer", lost.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_forwarded_socket_is_cut_at_its_byte_and_leaves_nothing_behind()
    {
        var folder = Directory.CreateTempSubdirectory("faulty-");
        try
        {
            var forward = new SocketForward(Path.Combine(folder.FullName, "near"), Path.Combine(folder.FullName, "far"));
            using var listener = UnixSockets.Listen(forward.RemotePath);
            var cut = WireFault.Cut(WirePlace.Bytes(ToPeer, 1000));
            var transport = new FaultyTransport(new InProcessTransport(GreetAsync), TimeProvider.System) { ForwardFaults = [cut] };
            await using (var connection = await transport.ConnectAsync(Test))
            await using (var forwarded = await connection.ForwardAsync(forward, Test))
            {
                Assert.Equal(forward, forwarded.Forward);
                using var near = await UnixSockets.ConnectAsync(forward.LocalPath, Test);
                using var far = await listener.AcceptAsync(Test);
                await near.SendAsync(new byte[999], Test);
                await near.SendAsync(new byte[999], Test);
                Assert.Equal(1000, await CountAsync(far));
                Assert.Equal(0, await CountAsync(near));
                Assert.Equal([cut], transport.Struck);
            }

            Assert.Equal([forward.RemotePath], Directory.GetFileSystemEntries(folder.FullName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<int> CountAsync(Socket socket)
    {
        var (all, buffer) = (0, new byte[4096]);
        try
        {
            while (await socket.ReceiveAsync(buffer, Test) is > 0 and var received)
            {
                all += received;
            }
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // a break may be heard as one
        }

        return all;
    }

    private static async Task GreetAsync(IDuplexPipe pipe, CancellationToken token)
        => await pipe.Output.WriteAsync("tunnel online\nver 1\n"u8.ToArray(), token);

    private static async Task<string> ReadAllAsync(PipeReader input)
    {
        using var reader = new StreamReader(input.AsStream(), Encoding.ASCII);
        return await reader.ReadToEndAsync(Test);
    }

    private sealed class NoHandler : IMtunnelHandler
    {
        public Task ResumeAsync(int vmid, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
