using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace Pve.Migration.Tests.Tunnel;

public sealed class MtunnelClientTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly ScriptedPeer _peer = new();
    private MtunnelClient? _client;

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    private MtunnelClientOptions Options => new() { TimeProvider = _time, MaxLineLength = 1000 };

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync();
        }

        _peer.Dispose();
    }

    [Fact]
    public async Task Resume_and_quit()
    {
        MtunnelClient client = await OpenV1Async();
        Task<TimeSpan> resume = client.ResumeAsync(123, Test);
        await _peer.PlayAsync(
            """
            -> resume 123
            <- OK
            """);
        await resume;
        Task quit = client.QuitAsync(Test);
        await _peer.PlayAsync(
            """
            -> quit
            <- OK
            """);
        await quit;
        Assert.Equal("", await _peer.HearRestAsync());
        Assert.False(client.IsFaulted);
        await client.QuitAsync(Test);
        await Assert.ThrowsAsync<MtunnelFaultedException>(() => client.ResumeAsync(123, Test));
    }

    [Fact]
    public async Task A_wake_is_a_blank_line_that_wants_no_answer()
    {
        MtunnelClient client = await OpenV1Async();
        await client.WakeAsync();
        await client.WakeAsync();
        Task<TimeSpan> resume = client.ResumeAsync(123, Test);
        await _peer.PlayAsync("-> ");
        await _peer.PlayAsync("-> ");
        await _peer.PlayAsync("-> resume 123");
        await client.WakeAsync(); // while an answer is awaited it stays out of the way
        await _peer.PlayAsync("<- OK");
        await resume;
        Assert.False(client.IsFaulted);
        await client.DisposeAsync();
        await client.WakeAsync();
        Assert.Equal("", await _peer.HearRestAsync());
    }

    [Fact]
    public async Task The_time_to_the_answer_is_told()
    {
        MtunnelClient client = await OpenV1Async();
        Task<TimeSpan> resume = client.ResumeAsync(123, Test);
        await _peer.PlayAsync("-> resume 123");
        _time.Advance(TimeSpan.FromMilliseconds(250));
        await _peer.PlayAsync("<- OK");
        Assert.Equal(TimeSpan.FromMilliseconds(250), await resume);
    }

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
    [InlineData("OK\n")]
    [InlineData("ERR: resume failed - VM 123 not running\n")]
    public async Task A_reply_split_at_every_index(string reply)
    {
        for (int cut = 0; cut <= reply.Length; cut++)
        {
            var peer = new ScriptedPeer();
            await peer.SayAsync("tunnel online\nver 1\n");
            await using MtunnelClient client = await MtunnelClient.OpenAsync(peer, Options, Test);
            Task<TimeSpan> resume = client.ResumeAsync(123, Test);
            await peer.PlayAsync("-> resume 123");
            await peer.SayAsync(reply[..cut]);
            await peer.SayAsync(reply[cut..]);
            if (reply.StartsWith("OK", StringComparison.Ordinal))
            {
                await resume;
            }
            else
            {
                MtunnelRefusedException refused = await Assert.ThrowsAsync<MtunnelRefusedException>(() => resume);
                Assert.Equal(("resume 123", "resume failed - VM 123 not running"), (refused.Command, refused.ErrorText));
            }
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
        await _peer.SayAsync(said);
        await _peer.EndAsync();
        MtunnelGreetingException e = await Assert.ThrowsAsync<MtunnelGreetingException>(() => MtunnelClient.OpenAsync(_peer, Options, Test));
        Assert.Equal(failure, e.Failure);
        Assert.Equal(1, _peer.Disposals);
    }

    [Fact]
    public async Task An_end_before_the_greeting_is_told_in_the_carriers_words()
    {
        await _peer.EndAsync("ssh to pve2 ended with code 255: Permission denied (publickey).");
        MtunnelGreetingException e = await Assert.ThrowsAsync<MtunnelGreetingException>(() => MtunnelClient.OpenAsync(_peer, Options, Test));
        Assert.Equal("no greeting: ssh to pve2 ended with code 255: Permission denied (publickey).", e.Message);
    }

    [Fact]
    public async Task The_greeting_has_60_seconds()
    {
        Task<MtunnelClient> opening = MtunnelClient.OpenAsync(_peer, Options, Test);
        _time.Advance(TimeSpan.FromSeconds(59.9));
        Assert.False(opening.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        MtunnelGreetingException e = await Assert.ThrowsAsync<MtunnelGreetingException>(() => opening);
        Assert.Equal(MtunnelGreetingFailure.TimedOut, e.Failure);
        Assert.Equal(1, _peer.Disposals);
    }

    [Fact]
    public async Task A_greeting_line_over_the_limit_names_it()
    {
        await _peer.SayAsync(new string('x', 1001));
        MtunnelGreetingException e = await Assert.ThrowsAsync<MtunnelGreetingException>(() => MtunnelClient.OpenAsync(_peer, Options, Test));
        Assert.Contains("1000 bytes", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_the_opening_is_a_cancellation()
    {
        using var cancel = new CancellationTokenSource();
        Task<MtunnelClient> opening = MtunnelClient.OpenAsync(_peer, Options, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
        Assert.Equal(1, _peer.Disposals);
    }

    [Fact]
    public async Task Ten_silent_seconds_are_v0()
    {
        MtunnelClient client = await OpenAsync("tunnel online\n");
        Assert.Null(client.DialectSoFar);
        _time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(client.Negotiated.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.1));
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
        await _peer.SayAsync(said);
        await _peer.EndAsync();
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
        await _peer.SayAsync("ver 1\nOK\nERR: x\n");
        Task quit = client.QuitAsync(Test);
        await _peer.PlayAsync("-> quit");
        Assert.False(quit.IsCompleted);
        await _peer.EndAsync();
        await quit;
        Assert.False(client.IsFaulted);
        Assert.Equal("", await _peer.HearRestAsync());
    }

    [Fact]
    public async Task A_version_that_came_with_the_greeting_is_known_at_once()
    {
        MtunnelClient client = await OpenAsync("tunnel online\nver 1\n");
        Assert.Equal(MtunnelDialect.V1, client.DialectSoFar);
        Assert.Equal(MtunnelDialect.V1, client.SettleDialect());
    }

    [Fact]
    public async Task A_v0_peer_that_does_not_end_is_left_after_the_deadline()
    {
        MtunnelClient client = await OpenAsync("tunnel online\n");
        client.SettleDialect();
        Task quit = client.QuitAsync(Test);
        await _peer.PlayAsync("-> quit");
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(MtunnelNoReplyReason.TimedOut, (await Assert.ThrowsAsync<MtunnelNoReplyException>(() => quit)).Reason);
    }

    [Fact]
    public async Task A_resume_without_answer_is_unknown_and_the_late_answer_answers_nothing()
    {
        MtunnelClient client = await OpenV1Async();
        Task<TimeSpan> resume = client.ResumeAsync(123, Test);
        await _peer.PlayAsync("-> resume 123");
        _time.Advance(TimeSpan.FromSeconds(29.9));
        Assert.False(resume.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        MtunnelNoReplyException e = await Assert.ThrowsAsync<MtunnelNoReplyException>(() => resume);
        Assert.Equal(("resume 123", MtunnelNoReplyReason.TimedOut, false), (e.Command, e.Reason, e.TunnelUsable));
        Assert.DoesNotContain("failed", e.Message, StringComparison.Ordinal);

        await _peer.PlayAsync("<- OK");
        string reason = Assert.Single(new[] { client.FaultReason }, static text => text is not null)!;
        Assert.Contains("resume 123", reason, StringComparison.Ordinal);
        MtunnelFaultedException later = await Assert.ThrowsAsync<MtunnelFaultedException>(() => client.ResumeAsync(123, Test));
        Assert.Equal(reason, later.FaultReason);

        // quit is told, its answer is not read; the first reason stays
        await client.QuitAsync(Test);
        Assert.Equal("quit\n", await _peer.HearRestAsync());
        Assert.Equal(reason, client.FaultReason);
    }

    [Fact]
    public async Task A_caller_that_leaves_after_sending_does_not_know_either()
    {
        MtunnelClient client = await OpenV1Async();
        using var cancel = new CancellationTokenSource();
        Task<TimeSpan> resume = client.ResumeAsync(123, cancel.Token);
        await _peer.PlayAsync("-> resume 123");
        await cancel.CancelAsync();
        MtunnelNoReplyException e = await Assert.ThrowsAsync<MtunnelNoReplyException>(() => resume);
        Assert.Equal(MtunnelNoReplyReason.Cancelled, e.Reason);
        Assert.IsAssignableFrom<OperationCanceledException>(e.InnerException);
        Assert.True(client.IsFaulted);
    }

    [Fact]
    public async Task A_caller_that_leaves_before_sending_harms_nothing()
    {
        MtunnelClient client = await OpenV1Async();
        Task<TimeSpan> first = client.ResumeAsync(1, Test);
        await _peer.PlayAsync("-> resume 1");
        using var cancel = new CancellationTokenSource();
        Task<TimeSpan> queued = client.ResumeAsync(2, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queued);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.ResumeAsync(3, cancel.Token));
        await _peer.PlayAsync("<- OK");
        await first;
        Assert.False(client.IsFaulted);
        await client.DisposeAsync();
        Assert.Equal("", await _peer.HearRestAsync());
    }

    [Fact]
    public async Task Callers_queue()
    {
        MtunnelClient client = await OpenV1Async();
        Task<TimeSpan>[] calls = [client.ResumeAsync(1, Test), client.ResumeAsync(2, Test), client.ResumeAsync(3, Test)];
        await _peer.PlayAsync(
            """
            -> resume 1
            <- OK
            -> resume 2
            <- OK
            -> resume 3
            <- OK
            """);
        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task An_end_while_a_quit_queues_is_no_answer_to_the_resume_before_it()
    {
        MtunnelClient client = await OpenV1Async();
        Task<TimeSpan> resume = client.ResumeAsync(1, Test);
        Task quit = client.QuitAsync(Test);
        await _peer.PlayAsync("-> resume 1");
        await _peer.EndAsync();
        await Assert.ThrowsAsync<MtunnelNoReplyException>(() => resume);
        await quit;
    }

    [Theory]
    [InlineData("OK\n")]
    [InlineData("\n")]
    [InlineData("ERR: x\n")]
    public async Task A_line_nobody_asked_for_faults(string stray)
    {
        MtunnelClient client = await OpenV1Async();
        await _peer.SayAsync(stray);
        Assert.Contains("nobody asked for", await client.Faulted, StringComparison.Ordinal);
        await Assert.ThrowsAsync<MtunnelFaultedException>(() => client.ResumeAsync(1, Test));
    }

    [Fact]
    public async Task Two_answers_at_once_are_one_too_many_for_the_next_caller()
    {
        MtunnelClient client = await OpenV1Async();
        Task<TimeSpan> first = client.ResumeAsync(1, Test);
        Task<TimeSpan> second = client.ResumeAsync(2, Test);
        await _peer.PlayAsync("-> resume 1");
        await _peer.SayAsync("OK\nOK\n");
        await first;
        await Assert.ThrowsAsync<MtunnelFaultedException>(() => second);
    }

    [Fact]
    public async Task Bytes_behind_the_version_line_fault()
    {
        MtunnelClient client = await OpenAsync("tunnel online\nver 1\nOK\n");
        await client.Faulted;
        await Assert.ThrowsAsync<MtunnelFaultedException>(() => client.ResumeAsync(1, Test));
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
        await _peer.PlayAsync("-> resume 1");
        await _peer.SayAsync(said);
        MtunnelRefusedException refused = await Assert.ThrowsAsync<MtunnelRefusedException>(() => first);
        Assert.Equal("resume failed - first", refused.ErrorText);
        Assert.False(refused.TunnelUsable);
        await _peer.SayAsync(later);
        Assert.Contains("first", (await Assert.ThrowsAsync<MtunnelFaultedException>(() => second)).FaultReason, StringComparison.Ordinal);
        await client.QuitAsync(Test);
        Assert.Equal("quit\n", await _peer.HearRestAsync());
    }

    [Theory]
    [InlineData("OK\r\n")]
    [InlineData("ok\n")]
    [InlineData("RESUMED\n")]
    public async Task An_unreadable_answer_leaves_the_outcome_unknown(string said)
    {
        MtunnelClient client = await OpenV1Async();
        Task<TimeSpan> resume = client.ResumeAsync(1, Test);
        await _peer.PlayAsync("-> resume 1");
        await _peer.SayAsync(said);
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
        await _peer.PlayAsync("-> resume 1");
        await _peer.SayAsync(said);
        await _peer.EndAsync();
        Assert.Equal(MtunnelNoReplyReason.ConnectionLost, (await Assert.ThrowsAsync<MtunnelNoReplyException>(() => resume)).Reason);
        await Assert.ThrowsAsync<MtunnelConnectionException>(() => client.ResumeAsync(1, Test));
    }

    [Fact]
    public async Task A_carrier_that_dies_while_idle_is_seen_at_once()
    {
        MtunnelClient client = await OpenV1Async();
        await _peer.EndAsync("ssh to pve2 was ended by signal 9");
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
        await _peer.PlayAsync("-> resume 1");
        await _peer.BreakAsync(new IOException("reset"));
        MtunnelNoReplyException e = await Assert.ThrowsAsync<MtunnelNoReplyException>(() => resume);
        Assert.Contains("reset", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_over_the_limit_faults_and_names_it()
    {
        MtunnelClient client = await OpenV1Async();
        await _peer.SayAsync(new string('x', 1001));
        Assert.Contains("1000 bytes", await client.Faulted, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_end_is_as_good_as_OK_to_quit()
    {
        MtunnelClient client = await OpenV1Async();
        Task quit = client.QuitAsync(Test);
        await _peer.PlayAsync("-> quit");
        await _peer.EndAsync();
        await quit;
        Assert.False(client.IsFaulted);
    }

    [Fact]
    public async Task A_quit_before_the_version_does_not_wait_for_it()
    {
        MtunnelClient client = await OpenAsync("tunnel online\n");
        Task quit = client.QuitAsync(Test);
        await _peer.PlayAsync(
            """
            -> quit
            <- ver 1
            <- OK
            """);
        await _peer.EndAsync();
        await quit;
        Assert.False(client.IsFaulted);
    }

    [Fact]
    public async Task Disposing_tells_the_waiting_caller_and_may_be_repeated()
    {
        MtunnelClient client = await OpenV1Async();
        Task<TimeSpan> resume = client.ResumeAsync(1, Test);
        await _peer.PlayAsync("-> resume 1");
        await Task.WhenAll(client.DisposeAsync().AsTask(), client.DisposeAsync().AsTask());
        await Assert.ThrowsAsync<MtunnelNoReplyException>(() => resume);
        await client.DisposeAsync();
        Assert.Equal(1, _peer.Disposals);
        Assert.False(client.IsFaulted);
        await Assert.ThrowsAsync<MtunnelFaultedException>(() => client.ResumeAsync(1, Test));
    }

    [Fact]
    public async Task A_fault_leaves_the_carrier_alone()
    {
        MtunnelClient client = await OpenV1Async();
        await _peer.PlayAsync("<- stray");
        await client.Faulted;
        Assert.Equal(0, _peer.Disposals);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1_000_000_000)]
    public async Task A_vmid_out_of_range_is_never_sent(int vmid)
    {
        MtunnelClient client = await OpenV1Async();
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.ResumeAsync(vmid, Test));
    }

    [Fact]
    public async Task Options_are_checked_once_at_the_door()
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => MtunnelClient.OpenAsync(_peer, new MtunnelClientOptions { ResumeTimeout = TimeSpan.Zero }, Test));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => MtunnelClient.OpenAsync(_peer, new MtunnelClientOptions { MaxLineLength = 0 }, Test));
    }

    private async Task<MtunnelClient> OpenV1Async()
    {
        MtunnelClient client = await OpenAsync("tunnel online\nver 1\n");
        Assert.Equal(MtunnelDialect.V1, await client.Negotiated);
        return client;
    }

    private async Task<MtunnelClient> OpenAsync(string said)
    {
        await _peer.SayAsync(said);
        return _client = await MtunnelClient.OpenAsync(_peer, Options, Test);
    }
}
