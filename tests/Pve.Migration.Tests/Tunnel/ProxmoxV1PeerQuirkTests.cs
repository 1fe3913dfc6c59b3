using System.Text;

namespace Pve.Migration.Tests.Tunnel;

/// <summary>Our client against <c>qm mtunnel</c> with its quirks, one by one.</summary>
public sealed class ProxmoxV1PeerQuirkTests : IAsyncDisposable
{
    private readonly QuirkClient _quirk = new();

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _quirk.DisposeAsync();

    // v1.1: no quorum, then the end
    [Fact]
    public async Task No_quorum_is_told_as_what_it_is()
    {
        await _quirk.Peer.SayAsync("no quorum\n");
        await _quirk.Peer.EndAsync();
        Assert.Equal(MtunnelGreetingFailure.NoQuorum, (await RefusedAsync()).Failure);
    }

    // v1.2: anything but the exact greeting is an error, and at once: Proxmox VE's client reads one more line for up to 10 s
    [Theory]
    [InlineData("Tunnel online\n")]
    [InlineData("tunnel online \n")]
    [InlineData("tunnel online\r\n")]
    [InlineData("Linux pve2 6.8.12-1-pve #1 SMP\n")]
    public async Task A_wrong_banner_is_an_error_at_once(string banner)
    {
        await _quirk.Peer.SayAsync(banner);
        Assert.Equal(MtunnelGreetingFailure.Junk, (await RefusedAsync()).Failure);
    }

    // v1.2: 60 s for the first line
    [Fact]
    public async Task The_greeting_may_take_a_minute()
    {
        Task<MtunnelClient> opening = _quirk.OpenAsync("");
        _quirk.Time.Advance(TimeSpan.FromSeconds(59.9));
        await _quirk.Peer.SayAsync("tunnel online\nver 1\n");
        Assert.Equal(MtunnelDialect.V1, await (await opening).Negotiated);
    }

    // v1.3: one space, digits, and a LF on every platform: with a CR before it the peer would never answer
    [Fact]
    public async Task Commands_end_in_a_LF_alone()
    {
        MtunnelClient client = await _quirk.OpenV1Async();
        Task resume = client.ResumeAsync(123, Test);
        await _quirk.Peer.SayAsync("OK\n");
        await resume;
        Task quit = client.QuitAsync(Test);
        await _quirk.Peer.SayAsync("OK\n");
        await quit;
        Assert.Equal("resume 123\nquit\n", await _quirk.Peer.HearRestAsync());
    }

    // v1.3: OK is exact; Proxmox VE takes all else for an error text, ours for no answer: the VM may run
    [Theory]
    [InlineData("ok")]
    [InlineData("OK ")]
    [InlineData("OK\r")]
    [InlineData("")]
    [InlineData("err: x")]
    [InlineData("resume failed - VM 123 not running")]
    public async Task What_is_neither_OK_nor_ERR_leaves_the_resume_unknown(string reply)
    {
        MtunnelClient client = await _quirk.OpenV1Async();
        Task resume = client.ResumeAsync(123, Test);
        await _quirk.Peer.PlayAsync("-> resume 123");
        await _quirk.Peer.SayAsync(reply + "\n");
        Assert.Equal(MtunnelNoReplyReason.Unreadable, (await Assert.ThrowsAsync<MtunnelNoReplyException>(() => resume)).Reason);
        Assert.True(client.IsFaulted);
    }

    // v1.4: the first line is the error, the rest stays in the pipe and looks like the answer to the next command
    [Theory]
    [InlineData("ERR: resume failed - VM 123 not running\n", "", "resume failed - VM 123 not running")]
    [InlineData("ERR: resume failed - at FILE line 3.\nOK\n", "", "resume failed - at FILE line 3.")]
    [InlineData("ERR: resume failed - first\n", "OK\n", "resume failed - first")]
    [InlineData("ERR: resume failed - first\n\n", "ERR: x\n", "resume failed - first")]
    public async Task The_rest_of_a_multi_line_ERR_answers_nothing(string said, string later, string error)
    {
        MtunnelClient client = await _quirk.OpenV1Async();
        Task resume = client.ResumeAsync(123, Test);
        Task next = client.ResumeAsync(124, Test);
        await _quirk.Peer.PlayAsync("-> resume 123");
        await _quirk.Peer.SayAsync(said);
        Assert.Equal(error, (await Assert.ThrowsAsync<MtunnelRefusedException>(() => resume)).ErrorText);
        await _quirk.Peer.SayAsync(later);
        await Assert.ThrowsAsync<MtunnelFaultedException>(() => next);
        await client.QuitAsync(Test);
        Assert.Equal("quit\n", await _quirk.Peer.HearRestAsync()); // the second resume was never sent
    }

    // v1.5: OK, then the end; or the end alone
    [Theory]
    [InlineData("OK\n")]
    [InlineData("")]
    public async Task Quit_is_done_with_its_OK_or_with_the_end(string reply)
    {
        MtunnelClient client = await _quirk.OpenV1Async();
        Task quit = client.QuitAsync(Test);
        await _quirk.Peer.PlayAsync("-> quit");
        await _quirk.Peer.SayAsync(reply);
        await _quirk.Peer.EndAsync();
        await quit;
        Assert.False(client.IsFaulted);
        await client.QuitAsync(Test); // a second one waits for nobody
    }

    // v1.6: a command that the peer does not know gets no reply at all; v1 has none but two, so none other is sent
    [Fact]
    public async Task What_a_v1_peer_would_never_answer_is_never_sent()
    {
        MtunnelClient client = await _quirk.OpenV1Async();
        foreach (string command in new[] { "nbdstop", "unlock", "set-replication-state", "status", "version" })
        {
            Assert.False(client.Can(command));
            await Assert.ThrowsAsync<MtunnelUnsupportedException>(() => client.ExecuteAsync(command, cancellationToken: Test));
        }

        await client.DisposeAsync();
        Assert.Equal("", await _quirk.Peer.HearRestAsync());
    }

    // v1.8: a loaded target may take 30 s; the client of 2017 gave up after 10, while the target resumed
    [Fact]
    public async Task A_resume_may_take_half_a_minute()
    {
        MtunnelClient client = await _quirk.OpenV1Async();
        Task<TimeSpan> resume = client.ResumeAsync(123, Test);
        await _quirk.Peer.PlayAsync("-> resume 123");
        _quirk.Time.Advance(TimeSpan.FromSeconds(29.9));
        await _quirk.Peer.PlayAsync("<- OK");
        Assert.Equal(TimeSpan.FromSeconds(29.9), await resume);
    }

    // v1.8: later than that nobody knows: it is unknown, never failed, and the late OK is no other command's
    [Fact]
    public async Task A_resume_without_a_reply_is_unknown_and_never_failed()
    {
        MtunnelClient client = await _quirk.OpenV1Async();
        Task resume = client.ResumeAsync(123, Test);
        await _quirk.Peer.PlayAsync("-> resume 123");
        _quirk.Time.Advance(TimeSpan.FromSeconds(30));
        var unknown = await Assert.ThrowsAsync<MtunnelNoReplyException>(() => resume);
        Assert.Equal((MtunnelNoReplyReason.TimedOut, false), (unknown.Reason, unknown.TunnelUsable));
        await _quirk.Peer.PlayAsync("<- OK");
        await Assert.ThrowsAsync<MtunnelFaultedException>(() => client.ResumeAsync(124, Test));
    }

    // v1.9: an error may quote whatever the target wrote, in any encoding
    [Fact]
    public async Task An_ERR_that_is_no_UTF8_is_still_an_ERR()
    {
        MtunnelClient client = await _quirk.OpenV1Async();
        Task resume = client.ResumeAsync(123, Test);
        await _quirk.Peer.PlayAsync("-> resume 123");
        await _quirk.Peer.SayAsync(Encoding.Latin1.GetBytes("ERR: resume failed - Gerät fehlt\n"));
        Assert.StartsWith("resume failed - Ger", (await Assert.ThrowsAsync<MtunnelRefusedException>(() => resume)).ErrorText, StringComparison.Ordinal);
    }

    private Task<MtunnelGreetingException> RefusedAsync() => Assert.ThrowsAsync<MtunnelGreetingException>(() => _quirk.OpenAsync(""));
}
