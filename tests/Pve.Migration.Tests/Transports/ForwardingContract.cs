using System.Net.Sockets;
using System.Security.Cryptography;

namespace Pve.Migration.Tests.Transports;

/// <summary>What a transport that forwards promises besides: sockets that carry bytes both ways, at the reader's pace, and leave nothing behind.</summary>
public abstract class ForwardingContract : TransportContract
{
    private const int Bulk = 10 * 1024 * 1024;

    protected string Near => Path.Combine(Folder, "near");

    protected string Far => Path.Combine(Folder, "a.far");

    [Fact]
    public async Task A_forward_carries_10_MiB_both_ways_and_passes_ends_on()
    {
        await using IMtunnelConnection connection = await (await StartAsync()).ConnectAsync(Test);
        await using IForwardedSocket forward = await connection.ForwardAsync(new SocketForward(Near, Far), Test);
        byte[] there = RandomNumberGenerator.GetBytes(Bulk), back = RandomNumberGenerator.GetBytes(Bulk);
        using Socket listener = UnixSockets.Listen(Far);
        Task<byte[]> farEnd = AnswerAsync();
        using Socket near = await UnixSockets.ConnectAsync(Near, Test);
        Assert.Equal(back, await UnixSockets.ExchangeAsync(near, there, Test));
        Assert.Equal(there, await farEnd);
        Assert.Null(forward.LastFailure);

        async Task<byte[]> AnswerAsync()
        {
            using Socket accepted = await listener.AcceptAsync(Test);
            return await UnixSockets.ExchangeAsync(accepted, back, Test);
        }
    }

    [Fact]
    public async Task What_is_answered_after_the_end_was_sent_arrives()
    {
        await using IMtunnelConnection connection = await (await StartAsync()).ConnectAsync(Test);
        await using IForwardedSocket forward = await connection.ForwardAsync(new SocketForward(Near, Far), Test);
        using Socket listener = UnixSockets.Listen(Far);
        Task farEnd = AnswerAsync();
        byte[] sent = RandomNumberGenerator.GetBytes(Bulk);
        using Socket near = await UnixSockets.ConnectAsync(Near, Test);
        Assert.Equal(SHA256.HashData(sent), await UnixSockets.ExchangeAsync(near, sent, Test));
        await farEnd;

        async Task AnswerAsync()
        {
            using Socket accepted = await listener.AcceptAsync(Test);
            await using var stream = new NetworkStream(accepted);
            using var all = new MemoryStream();
            await stream.CopyToAsync(all, Test);
            await stream.WriteAsync(SHA256.HashData(all.ToArray()), Test);
        }
    }

    [Fact]
    public async Task A_reader_that_stops_stops_its_writer_and_nobody_else()
    {
        IMtunnelTransport transport = await StartAsync();
        await using MtunnelClient client = await MtunnelClient.OpenAsync(transport, cancellationToken: Test);
        await using IMtunnelConnection connection = await transport.ConnectAsync(Test);
        await using IForwardedSocket forward = await connection.ForwardAsync(new SocketForward(Near, Far), Test);
        using Socket listener = UnixSockets.Listen(Far);
        using Socket near = await UnixSockets.ConnectAsync(Near, Test);
        using Socket accepted = await listener.AcceptAsync(Test);

        // more than all that is buffered on the way, of which nobody reads anything
        Task<int> writing = near.SendAsync(new byte[64 << 20], Test).AsTask();
        for (int i = 1; i <= 20; i++)
        {
            await client.ResumeAsync(i, Test);
        }

        Assert.False(writing.IsCompleted, "the writer waits");
        long left = 64 << 20;
        byte[] buffer = new byte[1 << 20];
        while (left > 0)
        {
            left -= await accepted.ReceiveAsync(buffer, Test);
        }

        Assert.Equal(64 << 20, await writing);
        await client.QuitAsync(Test);
    }

    [Fact]
    public async Task A_far_end_that_is_not_there_ends_the_connection_and_says_so()
    {
        await using IMtunnelConnection connection = await (await StartAsync()).ConnectAsync(Test);
        await using IForwardedSocket forward = await connection.ForwardAsync(new SocketForward(Near, Far), Test);
        using Socket near = await UnixSockets.ConnectAsync(Near, Test);
        Assert.Equal(0, await UnixSockets.ReceiveAsync(near, Test));
        Assert.Contains(Far, forward.LastFailure, StringComparison.Ordinal);
        Assert.False(connection.Ended.IsCompleted, "the tunnel is as good as before");
    }

    [Fact]
    public async Task A_forward_ends_its_connections_and_removes_its_socket()
    {
        IMtunnelConnection connection = await (await StartAsync()).ConnectAsync(Test);
        await using (connection)
        {
            IForwardedSocket forward = await connection.ForwardAsync(new SocketForward(Near, Far), Test);
            using Socket listener = UnixSockets.Listen(Far);
            using Socket near = await UnixSockets.ConnectAsync(Near, Test);
            using Socket accepted = await listener.AcceptAsync(Test);
            await forward.DisposeAsync();
            await forward.DisposeAsync();
            Assert.False(File.Exists(Near));
            Assert.Equal(0, await UnixSockets.ReceiveAsync(near, Test));
            Assert.Equal(0, await UnixSockets.ReceiveAsync(accepted, Test));

            // the path is free again, and ends with the connection this time
            await connection.ForwardAsync(new SocketForward(Near, Far), Test);
            Assert.True(File.Exists(Near));
        }

        Assert.False(File.Exists(Near));
        await Assert.ThrowsAsync<MtunnelConnectionException>(() => connection.ForwardAsync(new SocketForward(Near, Far), Test));
    }

    [Fact]
    public async Task Of_what_is_in_the_way_only_a_dead_socket_goes()
    {
        await using IMtunnelConnection connection = await (await StartAsync()).ConnectAsync(Test);
        await File.WriteAllTextAsync(Near, "precious", Test);
        MtunnelConnectionException e = await Assert.ThrowsAsync<MtunnelConnectionException>(() => connection.ForwardAsync(new SocketForward(Near, Far), Test));
        Assert.Contains("is no socket", e.Message, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(Near, Test));
        File.Delete(Near);

        using (UnixSockets.Listen(Near))
        {
            e = await Assert.ThrowsAsync<MtunnelConnectionException>(() => connection.ForwardAsync(new SocketForward(Near, Far), Test));
            Assert.Contains("somebody listens", e.Message, StringComparison.Ordinal);
            Assert.True(File.Exists(Near));
        }

        UnixSockets.LeaveDead(Near);
        await using IForwardedSocket forward = await connection.ForwardAsync(new SocketForward(Near, Far), Test);
        Assert.True(File.Exists(Near));
    }

    [Theory]
    [InlineData("relative")]
    [InlineData("/a\nb")]
    [InlineData("/0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678")]
    public async Task A_path_that_no_socket_can_have_is_refused(string path)
    {
        await using IMtunnelConnection connection = await (await StartAsync()).ConnectAsync(Test);
        await Assert.ThrowsAsync<ArgumentException>(() => connection.ForwardAsync(new SocketForward(path, Far), Test));
        await Assert.ThrowsAsync<ArgumentException>(() => connection.ForwardAsync(new SocketForward(Near, path), Test));
    }

    [Fact]
    public async Task The_sockets_mode_lets_nobody_else_in()
    {
        await using IMtunnelConnection connection = await (await StartAsync()).ConnectAsync(Test);
        await using IForwardedSocket forward = await connection.ForwardAsync(new SocketForward(Near, Far), Test);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Near));
        }
    }
}
