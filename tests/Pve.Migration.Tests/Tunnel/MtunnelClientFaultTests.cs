namespace Pve.Migration.Tests.Tunnel;

/// <summary>What spoils a tunnel: answers that are late, stray, unreadable or missing, and a carrier that ends.</summary>
public sealed class MtunnelClientFaultTests : MtunnelClientBench
{
    [Fact]
    public async Task A_resume_without_answer_is_unknown_and_the_late_answer_answers_nothing()
    {
        MtunnelClient client = await OpenV1Async();
        Task<TimeSpan> resume = client.ResumeAsync(123, Test);
        await Peer.PlayAsync("-> resume 123");
        Time.Advance(TimeSpan.FromSeconds(29.9));
        Assert.False(resume.IsCompleted);
        Time.Advance(TimeSpan.FromSeconds(0.1));
        MtunnelNoReplyException e = await Assert.ThrowsAsync<MtunnelNoReplyException>(() => resume);
        Assert.Equal(("resume 123", MtunnelNoReplyReason.TimedOut, false), (e.Command, e.Reason, e.TunnelUsable));
        Assert.DoesNotContain("failed", e.Message, StringComparison.Ordinal);

        await Peer.PlayAsync("<- OK");
        string reason = Assert.Single(new[] { client.FaultReason }, static text => text is not null)!;
        Assert.Contains("resume 123", reason, StringComparison.Ordinal);
        MtunnelFaultedException later = await Assert.ThrowsAsync<MtunnelFaultedException>(() => client.ResumeAsync(123, Test));
        Assert.Equal(reason, later.FaultReason);

        // quit is told, its answer is not read; the first reason stays
        await client.QuitAsync(Test);
        Assert.Equal("quit\n", await Peer.HearRestAsync());
        Assert.Equal(reason, client.FaultReason);
    }

    [Fact]
    public async Task A_caller_that_leaves_after_sending_does_not_know_either()
    {
        MtunnelClient client = await OpenV1Async();
        using var cancel = new CancellationTokenSource();
        Task<TimeSpan> resume = client.ResumeAsync(123, cancel.Token);
        await Peer.PlayAsync("-> resume 123");
        await cancel.CancelAsync();
        MtunnelNoReplyException e = await Assert.ThrowsAsync<MtunnelNoReplyException>(() => resume);
        Assert.Equal(MtunnelNoReplyReason.Cancelled, e.Reason);
        Assert.IsAssignableFrom<OperationCanceledException>(e.InnerException);
        Assert.True(client.IsFaulted);
    }

    [Theory]
    [InlineData("OK\n")]
    [InlineData("\n")]
    [InlineData("ERR: x\n")]
    public async Task A_line_nobody_asked_for_faults(string stray)
    {
        MtunnelClient client = await OpenV1Async();
        await Peer.SayAsync(stray);
        Assert.Contains("nobody asked for", await client.Faulted, StringComparison.Ordinal);
        await Assert.ThrowsAsync<MtunnelFaultedException>(() => client.ResumeAsync(1, Test));
    }

    [Fact]
    public async Task Two_answers_at_once_are_one_too_many_for_the_next_caller()
    {
        MtunnelClient client = await OpenV1Async();
        Task<TimeSpan> first = client.ResumeAsync(1, Test);
        Task<TimeSpan> second = client.ResumeAsync(2, Test);
        await Peer.PlayAsync("-> resume 1");
        await Peer.SayAsync("OK\nOK\n");
        await first;
        await Assert.ThrowsAsync<MtunnelFaultedException>(() => second);
    }

    // the second line of a Perl error is not the answer to the next command, whether it lies in the buffer or comes later
    [Theory]
    [InlineData("ERR: resume failed - first\nOK\n", "")]
    [InlineData("ERR: resume failed - first\n", "OK\n")]
    public async Task A_multi_line_error_is_never_taken_for_the_next_reply(string said, string later)
    {
        MtunnelClient client = await OpenV1Async();
        Task<TimeSpan> first = client.ResumeAsync(1, Test);
        Task<TimeSpan> second = client.ResumeAsync(2, Test);
        await Peer.PlayAsync("-> resume 1");
        await Peer.SayAsync(said);
        MtunnelRefusedException refused = await Assert.ThrowsAsync<MtunnelRefusedException>(() => first);
        Assert.Equal("resume failed - first", refused.ErrorText);
        Assert.False(refused.TunnelUsable);
        await Peer.SayAsync(later);
        Assert.Contains("first", (await Assert.ThrowsAsync<MtunnelFaultedException>(() => second)).FaultReason, StringComparison.Ordinal);
        await client.QuitAsync(Test);
        Assert.Equal("quit\n", await Peer.HearRestAsync());
    }

    [Theory]
    [InlineData("OK\r\n")]
    [InlineData("ok\n")]
    [InlineData("RESUMED\n")]
    public async Task An_unreadable_answer_leaves_the_outcome_unknown(string said)
    {
        MtunnelClient client = await OpenV1Async();
        Task<TimeSpan> resume = client.ResumeAsync(1, Test);
        await Peer.PlayAsync("-> resume 1");
        await Peer.SayAsync(said);
        Assert.Equal(MtunnelNoReplyReason.Unreadable, (await Assert.ThrowsAsync<MtunnelNoReplyException>(() => resume)).Reason);
        Assert.True(client.IsFaulted);
    }

    [Theory]
    [InlineData("")]
    [InlineData("O")]
    [InlineData("OK")]
    public async Task An_end_instead_of_an_answer_leaves_the_outcome_unknown(string said)
    {
        MtunnelClient client = await OpenV1Async();
        Task<TimeSpan> resume = client.ResumeAsync(1, Test);
        await Peer.PlayAsync("-> resume 1");
        await Peer.SayAsync(said);
        await Peer.EndAsync();
        Assert.Equal(MtunnelNoReplyReason.ConnectionLost, (await Assert.ThrowsAsync<MtunnelNoReplyException>(() => resume)).Reason);
        await Assert.ThrowsAsync<MtunnelConnectionException>(() => client.ResumeAsync(1, Test));
    }

    [Fact]
    public async Task A_carrier_that_dies_while_idle_is_seen_at_once()
    {
        MtunnelClient client = await OpenV1Async();
        await Peer.EndAsync("ssh to pve2 was ended by signal 9");
        Assert.Equal("ssh to pve2 was ended by signal 9", await client.Faulted);
        MtunnelConnectionException e = await Assert.ThrowsAsync<MtunnelConnectionException>(() => client.ResumeAsync(1, Test));
        Assert.Contains("signal 9", e.Message, StringComparison.Ordinal);
        await client.QuitAsync(Test);
    }

    [Fact]
    public async Task A_carrier_that_breaks_is_a_lost_connection()
    {
        MtunnelClient client = await OpenV1Async();
        Task<TimeSpan> resume = client.ResumeAsync(1, Test);
        await Peer.PlayAsync("-> resume 1");
        await Peer.BreakAsync(new IOException("reset"));
        MtunnelNoReplyException e = await Assert.ThrowsAsync<MtunnelNoReplyException>(() => resume);
        Assert.Contains("reset", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_over_the_limit_faults_and_names_it()
    {
        MtunnelClient client = await OpenV1Async();
        await Peer.SayAsync(new string('x', 1001));
        Assert.Contains("1000 bytes", await client.Faulted, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_leaves_the_carrier_alone()
    {
        MtunnelClient client = await OpenV1Async();
        await Peer.PlayAsync("<- stray");
        await client.Faulted;
        Assert.Equal(0, Peer.Disposals);
    }
}
