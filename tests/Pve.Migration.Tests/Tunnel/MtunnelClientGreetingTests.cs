using System.Text;

namespace Pve.Migration.Tests.Tunnel;

/// <summary>How a tunnel begins: the greeting, the version, and their lack.</summary>
public sealed class MtunnelClientGreetingTests : MtunnelClientBench
{
    [Fact]
    public async Task Greeting_and_version_split_at_every_index()
    {
        byte[] wire = Encoding.UTF8.GetBytes("tunnel online\nver 1\n");
        for (int cut = 0; cut <= wire.Length; cut++)
        {
            var peer = new ScriptedPeer();
            Task<MtunnelClient> opening = MtunnelClient.OpenAsync(peer, Options, Test);
            await peer.SayAsync(wire.AsMemory(0, cut));
            await peer.SayAsync(wire.AsMemory(cut));
            await using MtunnelClient client = await opening;
            Assert.Equal(MtunnelDialect.V1, await client.Negotiated);
            Assert.False(client.IsFaulted);
        }
    }

    [Theory]
    [InlineData("no quorum\n", MtunnelGreetingFailure.NoQuorum)]
    [InlineData("Last login: today\n", MtunnelGreetingFailure.Junk)]
    [InlineData("tunnel online\r\n", MtunnelGreetingFailure.Junk)]
    [InlineData("tunnel onl", MtunnelGreetingFailure.EndOfStream)]
    [InlineData("", MtunnelGreetingFailure.EndOfStream)]
    public async Task Without_a_greeting_there_is_no_client(string said, MtunnelGreetingFailure failure)
    {
        await Peer.SayAsync(said);
        await Peer.EndAsync();
        MtunnelGreetingException e = await Assert.ThrowsAsync<MtunnelGreetingException>(() => MtunnelClient.OpenAsync(Peer, Options, Test));
        Assert.Equal(failure, e.Failure);
        Assert.Equal(1, Peer.Disposals);
    }

    [Fact]
    public async Task An_end_before_the_greeting_is_told_in_the_carriers_words()
    {
        await Peer.EndAsync("ssh to pve2 ended with code 255: Permission denied (publickey).");
        MtunnelGreetingException e = await Assert.ThrowsAsync<MtunnelGreetingException>(() => MtunnelClient.OpenAsync(Peer, Options, Test));
        Assert.Equal("no greeting: ssh to pve2 ended with code 255: Permission denied (publickey).", e.Message);
    }

    [Fact]
    public async Task The_greeting_has_60_seconds()
    {
        Task<MtunnelClient> opening = MtunnelClient.OpenAsync(Peer, Options, Test);
        Time.Advance(TimeSpan.FromSeconds(59.9));
        Assert.False(opening.IsCompleted);
        Time.Advance(TimeSpan.FromSeconds(0.1));
        MtunnelGreetingException e = await Assert.ThrowsAsync<MtunnelGreetingException>(() => opening);
        Assert.Equal(MtunnelGreetingFailure.TimedOut, e.Failure);
        Assert.Equal(1, Peer.Disposals);
    }

    [Fact]
    public async Task A_greeting_line_over_the_limit_names_it()
    {
        await Peer.SayAsync(new string('x', 1001));
        MtunnelGreetingException e = await Assert.ThrowsAsync<MtunnelGreetingException>(() => MtunnelClient.OpenAsync(Peer, Options, Test));
        Assert.Contains("1000 bytes", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_the_opening_is_a_cancellation()
    {
        using var cancel = new CancellationTokenSource();
        Task<MtunnelClient> opening = MtunnelClient.OpenAsync(Peer, Options, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
        Assert.Equal(1, Peer.Disposals);
    }

    [Fact]
    public async Task Ten_silent_seconds_are_v0()
    {
        MtunnelClient client = await OpenAsync("tunnel online\n");
        Assert.Null(client.DialectSoFar);
        Time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(client.Negotiated.IsCompleted);
        Time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(MtunnelDialect.V0, await client.Negotiated);
    }

    [Theory]
    [InlineData("ver 2\n", MtunnelGreetingFailure.EndOfStream)]
    [InlineData("ver 2\n{\"success\":true,\"api\":9,\"age\":0}\n", MtunnelGreetingFailure.NewerDialect)]
    [InlineData("what?\n", MtunnelGreetingFailure.Junk)]
    [InlineData("", MtunnelGreetingFailure.EndOfStream)]
    public async Task A_bad_version_faults_the_tunnel(string said, MtunnelGreetingFailure failure)
    {
        MtunnelClient client = await OpenAsync("tunnel online\n");
        await Peer.SayAsync(said);
        await Peer.EndAsync();
        Assert.Equal(failure, (await Assert.ThrowsAsync<MtunnelGreetingException>(() => client.Negotiated)).Failure);
        await client.Faulted;
        Assert.True(client.IsFaulted);
        Assert.Equal(failure, (await Assert.ThrowsAsync<MtunnelGreetingException>(() => client.ResumeAsync(1, Test))).Failure);
        Assert.Throws<MtunnelFaultedException>(() => client.SettleDialect());
    }

    [Fact]
    public async Task A_settled_silent_peer_delays_nothing_and_is_never_read()
    {
        MtunnelClient client = await OpenAsync("tunnel online\n");
        Assert.Equal(MtunnelDialect.V0, client.SettleDialect());
        Assert.Equal(MtunnelDialect.V0, await client.Negotiated);
        MtunnelUnsupportedException e = await Assert.ThrowsAsync<MtunnelUnsupportedException>(() => client.ResumeAsync(123, Test));
        Assert.True(e.TunnelUsable);

        // a version that comes too late, and worse
        await Peer.SayAsync("ver 1\nOK\nERR: x\n");
        Task quit = client.QuitAsync(Test);
        await Peer.PlayAsync("-> quit");
        Assert.False(quit.IsCompleted);
        await Peer.EndAsync();
        await quit;
        Assert.False(client.IsFaulted);
        Assert.Equal("", await Peer.HearRestAsync());
    }

    [Fact]
    public async Task A_version_that_came_with_the_greeting_is_known_at_once()
    {
        MtunnelClient client = await OpenAsync("tunnel online\nver 1\n");
        Assert.Equal(MtunnelDialect.V1, client.DialectSoFar);
        Assert.Equal(MtunnelDialect.V1, client.SettleDialect());
    }

    [Fact]
    public async Task Bytes_behind_the_version_line_fault()
    {
        MtunnelClient client = await OpenAsync("tunnel online\nver 1\nOK\n");
        await client.Faulted;
        await Assert.ThrowsAsync<MtunnelFaultedException>(() => client.ResumeAsync(1, Test));
    }

    [Fact]
    public async Task Options_are_checked_once_at_the_door()
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => MtunnelClient.OpenAsync(Peer, new MtunnelClientOptions { ResumeTimeout = TimeSpan.Zero }, Test));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => MtunnelClient.OpenAsync(Peer, new MtunnelClientOptions { MaxLineLength = 0 }, Test));
    }
}
