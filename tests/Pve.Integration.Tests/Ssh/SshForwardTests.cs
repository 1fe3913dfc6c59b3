using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using Pve.Migration;

namespace Pve.Integration.Tests.Ssh;

/// <summary>Sockets forwarded beside a living tunnel, over a master, and what is left of them.</summary>
public sealed class SshForwardTests
{
    private const int Bulk = 10 * 1024 * 1024;

    private readonly SshdFixture _sshd;
    private readonly string _near;
    private readonly string _far;

    public SshForwardTests(SshdFixture sshd)
    {
        SshdFixture.Require();
        _sshd = sshd;
        (_near, _far) = (sshd.NewPath(".near"), sshd.NewPath(".far"));
    }

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    private SshTransportOptions V1 => _sshd.Options(SshdFixture.Host, _sshd.Script(StandIns.V1));

    [Fact]
    public async Task A_living_tunnel_forwards_one_more_socket_that_ends_with_it()
    {
        SshConnection connection = await new SshTransport(V1).ConnectAsync(Test);
        await using (connection)
        {
            await using IForwardedSocket forward = await connection.ForwardAsync(new SocketForward(_near, _far), Test);
            await ExchangeAsync();
            Assert.Null(forward.LastFailure);
        }

        Assert.False(File.Exists(_near));
        await Assert.ThrowsAsync<MtunnelConnectionException>(() => connection.ForwardAsync(new SocketForward(_near, _far), Test));
        Assert.False(File.Exists(_near));
    }

    [Fact]
    public async Task A_forward_that_cannot_be_had_leaves_the_tunnel_alone()
    {
        await using SshConnection connection = await new SshTransport(V1).ConnectAsync(Test);
        string nowhere = Path.Combine(_sshd.Folder, "no-such-folder", "s");
        MtunnelConnectionException e = await Assert.ThrowsAsync<MtunnelConnectionException>(() => connection.ForwardAsync(new SocketForward(nowhere, _far), Test));
        Assert.Contains("folder exists", e.Message, StringComparison.Ordinal);
        Assert.False(connection.Ended.IsCompleted);
    }

    [Fact]
    public async Task A_socket_that_somebody_listens_at_is_not_taken()
    {
        using Socket listener = Listen(_near);
        var transport = new SshTransport(V1 with { Forwards = [new SocketForward(_near, _far)] });
        MtunnelConnectionException e = await Assert.ThrowsAsync<MtunnelConnectionException>(() => transport.ConnectAsync(Test));
        Assert.Contains("somebody listens", e.Message, StringComparison.Ordinal);
        await using SshConnection connection = await new SshTransport(V1).ConnectAsync(Test);
        await Assert.ThrowsAsync<MtunnelConnectionException>(() => connection.ForwardAsync(new SocketForward(_near, _far), Test));
        Assert.True(File.Exists(_near));
    }

    [Fact]
    public async Task A_master_carries_tunnels_with_forwards_and_keeps_none_of_them()
    {
        SshTransportOptions options = V1 with
        {
            ControlPath = _sshd.NewPath(".ctl"),
            Forwards = [new SocketForward(_near, _far)],
        };
        using Process master = await StartMasterAsync(options.ControlPath);
        try
        {
            for (int i = 0; i < 2; i++)
            {
                await using (MtunnelClient client = await MtunnelClient.OpenAsync(new SshTransport(options), cancellationToken: Test))
                {
                    await ExchangeAsync();
                    await client.ResumeAsync(100, Test);
                    await client.QuitAsync(Test);
                }

                Assert.False(File.Exists(_near));
            }

            // of a child that was killed the master keeps the forward
            var killed = await new SshTransport(options).ConnectAsync(Test);
            await killed.WaitForForwardsAsync(TimeSpan.FromSeconds(30), Test);
            using (Process child = Process.GetProcessById(killed.ProcessId))
            {
                child.Kill();
            }

            await killed.Ended.WaitAsync(Test);
            await using (MtunnelClient client = await MtunnelClient.OpenAsync(new SshTransport(options), cancellationToken: Test))
            {
                // neither the dead one's end nor another that wants its path takes the forward away from the living
                await killed.DisposeAsync();
                await Assert.ThrowsAsync<MtunnelConnectionException>(() => new SshTransport(options).ConnectAsync(Test));
                await ExchangeAsync();
            }

            Assert.False(File.Exists(_near));
        }
        finally
        {
            master.Kill();
            await master.WaitForExitAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task Dead_sockets_over_there_go_and_nothing_else()
    {
        string file = _sshd.NewPath(".far"), living = _sshd.NewPath(".far"), missing = _sshd.NewPath(".far");
        await File.WriteAllTextAsync(file, "precious", Test);
        using Socket listener = Listen(living);
        using (Listen(_far + ".moved"))
        {
            File.Move(_far + ".moved", _far);
        }

        var transport = new SshTransport(V1 with { Forwards = [.. new[] { _far, file, living, missing }.Select(path => new SocketForward(_near, path))] });
        await transport.RemoveLeftoversAsync(TimeSpan.FromSeconds(30), Test);
        Assert.False(File.Exists(_far));
        Assert.True(File.Exists(file));
        Assert.True(File.Exists(living));
    }

    [Fact]
    public async Task A_host_that_cannot_be_reached_is_not_taken_for_a_clean_one()
    {
        var transport = new SshTransport(_sshd.Options(SshdFixture.ClosedHost, "true") with { Forwards = [new SocketForward(_near, _far)] });
        MtunnelConnectionException e = await Assert.ThrowsAsync<MtunnelConnectionException>(() => transport.RemoveLeftoversAsync(TimeSpan.FromSeconds(30), Test));
        Assert.Contains("Connection refused", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Through_a_jump_host()
    {
        await using MtunnelClient client = await MtunnelClient.OpenAsync(new SshTransport(V1 with { JumpHost = SshdFixture.Host }), cancellationToken: Test);
        await client.ResumeAsync(100, Test);
        await client.QuitAsync(Test);
    }

    private static Socket Listen(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen();
        return socket;
    }

    private async Task<Process> StartMasterAsync(string path)
    {
        var start = new ProcessStartInfo("ssh", ["-F", _sshd.ClientConfig, "-M", "-S", path, "-T", SshdFixture.Host, "echo up; exec cat"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        Process master = Process.Start(start)!;
        Assert.Equal("up", await master.StandardOutput.ReadLineAsync(Test));
        return master;
    }

    // 10 MiB each way
    private async Task ExchangeAsync()
    {
        byte[] there = RandomNumberGenerator.GetBytes(Bulk), back = RandomNumberGenerator.GetBytes(Bulk);
        using Socket listener = Listen(_far);
        using var near = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await near.ConnectAsync(new UnixDomainSocketEndPoint(_near), Test);
        using Socket accepted = await listener.AcceptAsync(Test);
        byte[][] received = await Task.WhenAll(SwapAsync(near, there), SwapAsync(accepted, back));
        Assert.Equal(back, received[0]);
        Assert.Equal(there, received[1]);
    }

    private static async Task<byte[]> SwapAsync(Socket socket, byte[] bytes)
    {
        await using var stream = new NetworkStream(socket);
        using var received = new MemoryStream();
        Task receiving = stream.CopyToAsync(received, Test);
        await stream.WriteAsync(bytes, Test);
        socket.Shutdown(SocketShutdown.Send);
        await receiving;
        return received.ToArray();
    }
}
