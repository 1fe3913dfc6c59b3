using System.Diagnostics;
using System.Net.Sockets;
using Pve.Migration;

namespace Pve.Integration.Tests.Ssh;

public sealed class SshTunnelTests
{
    private readonly SshdFixture _sshd;

    public SshTunnelTests(SshdFixture sshd)
    {
        SshdFixture.Require();
        _sshd = sshd;
    }

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    private SshTransport V1 => new(_sshd.Options(SshdFixture.Host, _sshd.Script(StandIns.V1)));

    [Fact]
    public async Task V1_over_ssh()
    {
        await using MtunnelClient client = await MtunnelClient.OpenAsync(V1, cancellationToken: Test);
        Assert.Equal(MtunnelDialect.V1, await client.Negotiated);
        await client.ResumeAsync(123, Test);
        await client.ResumeAsync(124, Test);
        await client.QuitAsync(Test);
        Assert.False(client.IsFaulted);
    }

    [Fact]
    public async Task V0_over_ssh()
    {
        var transport = new SshTransport(_sshd.Options(SshdFixture.Host, _sshd.Script(StandIns.V0)));
        await using MtunnelClient client = await MtunnelClient.OpenAsync(transport, cancellationToken: Test);
        Assert.Equal(MtunnelDialect.V0, client.SettleDialect());
        await Assert.ThrowsAsync<MtunnelUnsupportedException>(() => client.ResumeAsync(123, Test));
        await client.QuitAsync(Test);
        Assert.False(client.IsFaulted);
    }

    [Fact]
    public async Task A_multi_line_error_over_ssh()
    {
        await using MtunnelClient client = await MtunnelClient.OpenAsync(V1, cancellationToken: Test);
        MtunnelRefusedException e = await Assert.ThrowsAsync<MtunnelRefusedException>(() => client.ResumeAsync(404, Test));
        Assert.Equal("resume failed - VM 404 not running", e.ErrorText);
        await Assert.ThrowsAsync<MtunnelFaultedException>(() => client.ResumeAsync(123, Test));
        await client.QuitAsync(Test);
    }

    [Fact]
    public async Task The_greeting_proves_that_the_forwards_listen_and_they_carry_bytes()
    {
        string local = _sshd.NewPath(".local"), remote = _sshd.NewPath(".remote");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(remote));
        listener.Listen();
        Task<byte[]> received = ReceiveAsync(listener);
        var options = _sshd.Options(SshdFixture.Host, _sshd.Script(StandIns.V1)) with { Forwards = [new SocketForward(local, remote)] };
        byte[] sent = new byte[1 << 20];
        Random.Shared.NextBytes(sent);
        await using (MtunnelClient client = await MtunnelClient.OpenAsync(new SshTransport(options), cancellationToken: Test))
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(local), Test);
            await using (var stream = new NetworkStream(socket))
            {
                await stream.WriteAsync(sent, Test);
            }

            socket.Shutdown(SocketShutdown.Send);
            Assert.Equal(sent, await received);
        }

        Assert.False(File.Exists(local));
    }

    [Fact]
    public async Task Forwards_can_be_waited_for()
    {
        string local = _sshd.NewPath(".local");
        var options = _sshd.Options(SshdFixture.Host, "cat") with { Forwards = [new SocketForward(local, "/nowhere")] };
        await using SshConnection connection = await new SshTransport(options).ConnectAsync(Test);
        await connection.WaitForForwardsAsync(TimeSpan.FromSeconds(30), Test);
        Assert.True(File.Exists(local));
    }

    [Fact]
    public async Task Waiting_for_forwards_ends_with_ssh()
    {
        var options = _sshd.Options(SshdFixture.ClosedHost, "cat") with { Forwards = [new SocketForward(_sshd.NewPath(".local"), "/nowhere")] };
        await using SshConnection connection = await new SshTransport(options).ConnectAsync(Test);
        MtunnelConnectionException e = await Assert.ThrowsAsync<MtunnelConnectionException>(
            () => connection.WaitForForwardsAsync(TimeSpan.FromSeconds(30), Test));
        Assert.Contains("Connection refused", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SshdFixture.HostWithForeignKey, "Permission denied (publickey)")]
    [InlineData(SshdFixture.UnknownHost, "host key is known for")]
    [InlineData(SshdFixture.ChangedHost, "REMOTE HOST IDENTIFICATION HAS CHANGED")]
    [InlineData(SshdFixture.ClosedHost, "Connection refused")]
    public async Task A_host_that_cannot_be_reached_says_why(string host, string why)
    {
        var transport = new SshTransport(_sshd.Options(host, "true"));
        MtunnelGreetingException e = await Assert.ThrowsAsync<MtunnelGreetingException>(() => MtunnelClient.OpenAsync(transport, cancellationToken: Test));
        Assert.Equal(MtunnelGreetingFailure.EndOfStream, e.Failure);
        Assert.Contains("ended with code 255: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_does_not_exist_over_there()
    {
        var transport = new SshTransport(_sshd.Options(SshdFixture.Host, "no-such-qm", "mtunnel"));
        MtunnelGreetingException e = await Assert.ThrowsAsync<MtunnelGreetingException>(() => MtunnelClient.OpenAsync(transport, cancellationToken: Test));
        Assert.Contains("127", e.Message, StringComparison.Ordinal);
        Assert.Contains("no-such-qm", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_forward_that_cannot_be_set_up_ends_ssh()
    {
        var forward = new SocketForward(Path.Combine(_sshd.Folder, "no-such-folder", "s"), "/nowhere");
        var options = _sshd.Options(SshdFixture.Host, _sshd.Script(StandIns.V1)) with { Forwards = [forward] };
        MtunnelGreetingException e = await Assert.ThrowsAsync<MtunnelGreetingException>(
            () => MtunnelClient.OpenAsync(new SshTransport(options), cancellationToken: Test));
        Assert.Contains("folder exists", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_killed_ssh_is_seen_at_once_and_its_leftovers_go()
    {
        string local = _sshd.NewPath(".local");
        var options = _sshd.Options(SshdFixture.Host, _sshd.Script(StandIns.V1)) with { Forwards = [new SocketForward(local, "/nowhere")] };
        var transport = new RecordingTransport(new SshTransport(options));
        await using (MtunnelClient client = await MtunnelClient.OpenAsync(transport, cancellationToken: Test))
        {
            long killed = Stopwatch.GetTimestamp();
            Kill(transport.Connection!);
            string reason = await client.Faulted.WaitAsync(Test);
            TestContext.Current.TestOutputHelper!.WriteLine($"seen after {Stopwatch.GetElapsedTime(killed).TotalMilliseconds:F1} ms");
            Assert.Equal("ssh to target was ended by signal 9", reason);
            Assert.InRange(Stopwatch.GetElapsedTime(killed), TimeSpan.Zero, TimeSpan.FromSeconds(5));
            await Assert.ThrowsAsync<MtunnelConnectionException>(() => client.ResumeAsync(123, Test));
            Assert.True(File.Exists(local));
        }

        Assert.False(File.Exists(local));
    }

    [Fact]
    public async Task Killed_while_an_answer_is_awaited_the_outcome_is_unknown()
    {
        var options = _sshd.Options(SshdFixture.Host, _sshd.Script("printf 'tunnel online\\nver 1\\n'; read -r line; echo got it >&2; cat >/dev/null"));
        var transport = new RecordingTransport(new SshTransport(options));
        await using MtunnelClient client = await MtunnelClient.OpenAsync(transport, cancellationToken: Test);
        await client.Negotiated;
        Task<TimeSpan> resume = client.ResumeAsync(123, Test);
        Kill(transport.Connection!);
        MtunnelNoReplyException e = await Assert.ThrowsAsync<MtunnelNoReplyException>(() => resume);
        Assert.Equal(MtunnelNoReplyReason.ConnectionLost, e.Reason);
        Assert.Contains("signal 9", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_ends_over_there_is_told_with_its_code()
    {
        await using MtunnelClient client = await MtunnelClient.OpenAsync(V1, cancellationToken: Test);
        MtunnelNoReplyException e = await Assert.ThrowsAsync<MtunnelNoReplyException>(() => client.ResumeAsync(666, Test));
        Assert.Contains("ended with code 3", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_left_by_a_killed_ssh_is_no_obstacle_and_its_successor_keeps_its_own()
    {
        string local = _sshd.NewPath(".local");
        var options = _sshd.Options(SshdFixture.Host, _sshd.Script(StandIns.V1)) with { Forwards = [new SocketForward(local, "/nowhere")] };
        var first = new RecordingTransport(new SshTransport(options));
        MtunnelClient killed = await MtunnelClient.OpenAsync(first, cancellationToken: Test);
        Kill(first.Connection!);
        await killed.Faulted.WaitAsync(Test);
        Assert.True(File.Exists(local));
        await using (MtunnelClient second = await MtunnelClient.OpenAsync(new SshTransport(options), cancellationToken: Test))
        {
            await killed.DisposeAsync();
            Assert.True(File.Exists(local), "the socket is the successor's by now");
        }

        Assert.False(File.Exists(local));
    }

    [Fact]
    public async Task The_ssh_of_a_killed_process_is_in_no_recovery_s_way_and_leaves_nothing()
    {
        string local = _sshd.NewPath(".local");
        var options = _sshd.Options(SshdFixture.Host, _sshd.Script(StandIns.V1)) with { Forwards = [new SocketForward(local, "/nowhere")] };
        var first = new RecordingTransport(new SshTransport(options));
        await using MtunnelClient former = await MtunnelClient.OpenAsync(first, cancellationToken: Test);
        await using var target = new TunnelTarget(IncomingQemu.OutOfReach($"unix:{local}", _ => Task.CompletedTask), new SshTransport(options));
        await target.TakeUpAsync(100, Test);
        await target.MakeReadyAsync(100, Test);
        Assert.True(File.Exists(local));
        Kill(first.Connection!);
        await target.CloseAsync(Test);
        Assert.False(File.Exists(local));
    }

    [Fact]
    public async Task A_file_in_the_way_is_not_overwritten()
    {
        string local = _sshd.NewPath(".local");
        await File.WriteAllTextAsync(local, "precious", Test);
        var options = _sshd.Options(SshdFixture.Host, _sshd.Script(StandIns.V1)) with { Forwards = [new SocketForward(local, "/nowhere")] };
        await Assert.ThrowsAsync<MtunnelConnectionException>(() => MtunnelClient.OpenAsync(new SshTransport(options), cancellationToken: Test));
        Assert.Equal("precious", await File.ReadAllTextAsync(local, Test));
    }

    [Fact]
    public async Task Disposing_without_quit_ends_ssh_by_closing_its_input()
    {
        var transport = new RecordingTransport(V1);
        MtunnelClient client = await MtunnelClient.OpenAsync(transport, cancellationToken: Test);
        await client.DisposeAsync();
        Assert.Equal("ssh to target ended with code 0", await transport.Connection!.Ended);
    }

    [Fact]
    public async Task A_command_that_does_not_mind_its_input_gets_TERM()
    {
        var options = _sshd.Options(SshdFixture.Host, _sshd.Script("echo tunnel online; exec sleep 5"));
        var transport = new RecordingTransport(new SshTransport(options with { CloseGrace = TimeSpan.FromMilliseconds(50), TerminateGrace = TimeSpan.FromSeconds(30) }));
        MtunnelClient client = await MtunnelClient.OpenAsync(transport, cancellationToken: Test);
        long started = Stopwatch.GetTimestamp();
        await client.DisposeAsync();
        TestContext.Current.TestOutputHelper!.WriteLine($"ended after {Stopwatch.GetElapsedTime(started).TotalMilliseconds:F1} ms");
        Assert.DoesNotContain("ssh to target ended\n", await transport.Connection!.Ended + "\n", StringComparison.Ordinal);
        await client.DisposeAsync();
    }

    [Fact]
    public async Task An_ssh_that_ignores_TERM_gets_KILL()
    {
        string ssh = _sshd.NewPath(".sh");
        await File.WriteAllTextAsync(ssh, "#!/bin/sh\ntrap '' TERM\necho tunnel online\nwhile :; do sleep 1; done\n", Test);
        if (OperatingSystem.IsLinux())
        {
            File.SetUnixFileMode(ssh, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        var options = _sshd.Options(SshdFixture.Host, "true") with
        {
            SshPath = ssh,
            CloseGrace = TimeSpan.FromMilliseconds(50),
            TerminateGrace = TimeSpan.FromMilliseconds(50),
        };
        var transport = new RecordingTransport(new SshTransport(options));
        MtunnelClient client = await MtunnelClient.OpenAsync(transport, cancellationToken: Test);
        await client.DisposeAsync();
        Assert.Equal("ssh to target was ended by signal 9", await transport.Connection!.Ended);
    }

    [Fact]
    public async Task No_ssh_at_all()
    {
        var transport = new SshTransport(_sshd.Options(SshdFixture.Host, "true") with { SshPath = "/no/such/ssh" });
        MtunnelConnectionException e = await Assert.ThrowsAsync<MtunnelConnectionException>(() => MtunnelClient.OpenAsync(transport, cancellationToken: Test));
        Assert.Contains("/no/such/ssh", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_it_costs()
    {
        long started = Stopwatch.GetTimestamp();
        await using MtunnelClient client = await MtunnelClient.OpenAsync(V1, cancellationToken: Test);
        TimeSpan opened = Stopwatch.GetElapsedTime(started);
        TimeSpan[] times = new TimeSpan[1000];
        for (int i = 0; i < times.Length; i++)
        {
            times[i] = await client.ResumeAsync(i + 1000, Test);
        }

        Array.Sort(times);
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"opened in {opened.TotalMilliseconds:F0} ms; round trip median {times[500].TotalMilliseconds:F3} ms, p99 {times[990].TotalMilliseconds:F3} ms");
        await client.QuitAsync(Test);
        Assert.True(times[500] < opened, "a round trip on an open tunnel costs less than a new tunnel");
    }

    private static void Kill(SshConnection connection)
    {
        using Process ssh = Process.GetProcessById(connection.ProcessId);
        ssh.Kill();
    }

    private static async Task<byte[]> ReceiveAsync(Socket listener)
    {
        using Socket accepted = await listener.AcceptAsync(Test);
        await using var stream = new NetworkStream(accepted);
        using var all = new MemoryStream();
        await stream.CopyToAsync(all, Test);
        return all.ToArray();
    }
}
