namespace Pve.Migration.Tests.Tunnel;

/// <summary>How a tunnel is ended.</summary>
public sealed class MtunnelClientEndTests : MtunnelClientBench
{
    [Fact]
    public async Task An_end_while_a_quit_queues_is_no_answer_to_the_resume_before_it()
    {
        MtunnelClient client = await OpenV1Async();
        Task<TimeSpan> resume = client.ResumeAsync(1, Test);
        Task quit = client.QuitAsync(Test);
        await Peer.PlayAsync("-> resume 1");
        await Peer.EndAsync();
        await Assert.ThrowsAsync<MtunnelNoReplyException>(() => resume);
        await quit;
    }

    [Fact]
    public async Task A_v0_peer_that_does_not_end_is_left_after_the_deadline()
    {
        MtunnelClient client = await OpenAsync("tunnel online\n");
        client.SettleDialect();
        Task quit = client.QuitAsync(Test);
        await Peer.PlayAsync("-> quit");
        Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(MtunnelNoReplyReason.TimedOut, (await Assert.ThrowsAsync<MtunnelNoReplyException>(() => quit)).Reason);
    }

    [Fact]
    public async Task An_end_is_as_good_as_OK_to_quit()
    {
        MtunnelClient client = await OpenV1Async();
        Task quit = client.QuitAsync(Test);
        await Peer.PlayAsync("-> quit");
        await Peer.EndAsync();
        await quit;
        Assert.False(client.IsFaulted);
    }

    [Theory]
    [InlineData("<- ver 1\n-> quit\n<- OK")]
    [InlineData("<- ver 0\n-> quit")]
    [InlineData("""
        <- ver 2
        -> {"cmd":"version"}
        <- {"success":true,"api":2,"age":0}
        -> {"cmd":"quit","cleanup":1}
        <- {"success":true}
        """)]
    public async Task A_quit_before_the_version_is_said_in_the_dialect_that_comes(string talk)
    {
        MtunnelClient client = await OpenAsync("tunnel online\n");
        Task quit = client.QuitAndCleanUpAsync(Test);
        await Peer.PlayAsync(talk);
        Assert.Equal("", await Peer.HearRestAsync());
        await Peer.EndAsync();
        await quit;
        Assert.False(client.IsFaulted);
    }

    [Fact]
    public async Task A_peer_that_is_silent_until_the_version_s_deadline_is_quit_as_v0()
    {
        MtunnelClient client = await OpenAsync("tunnel online\n");
        Task quit = client.QuitAsync(Test);
        Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("quit\n", await Peer.HearRestAsync());
        Assert.Equal(MtunnelDialect.V0, client.DialectSoFar);
        await Peer.EndAsync();
        await quit;
        Assert.False(client.IsFaulted);
    }

    [Theory]
    [InlineData("<- ver 2\n-> {\"cmd\":\"version\"}", "{\"cmd\":\"quit\",\"cleanup\":1}\n")] // JSON it will be, whatever its version is
    [InlineData("", "quit\n")]
    public async Task A_version_without_a_deadline_is_awaited_no_longer_than_a_quit(string talk, string told)
    {
        MtunnelClient client = await OpenAsync("tunnel online\n", Options with { VersionTimeout = Timeout.InfiniteTimeSpan });
        await Peer.PlayAsync(talk);
        Task quit = client.QuitAndCleanUpAsync(Test);
        Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(told, await Peer.HearRestAsync());
        await Peer.EndAsync();
        await quit;
    }

    [Fact]
    public async Task A_caller_that_gives_up_while_the_version_is_awaited_has_said_nothing()
    {
        MtunnelClient client = await OpenAsync("tunnel online\n");
        using var giveUp = new CancellationTokenSource();
        Task quit = client.QuitAsync(giveUp.Token);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => quit);
        await Peer.PlayAsync("<- ver 1");
        Assert.Equal(MtunnelDialect.V1, await client.Negotiated);
        Task<TimeSpan> resume = client.ResumeAsync(100, Test);
        await Peer.PlayAsync("-> resume 100\n<- OK");
        await resume;
    }

    [Fact]
    public async Task A_faulted_v2_tunnel_is_told_of_the_clean_up_as_well()
    {
        MtunnelClient client = await OpenAsync("tunnel online\nver 2\n");
        await Peer.PlayAsync("""
            -> {"cmd":"version"}
            <- {"success":true,"api":2,"age":0}
            <- {"success":true}
            """);
        await client.Faulted;
        await client.QuitAndCleanUpAsync(Test);
        Assert.Equal("{\"cmd\":\"quit\",\"cleanup\":1}\n", await Peer.HearRestAsync());
    }

    [Fact]
    public async Task Disposing_tells_the_waiting_caller_and_may_be_repeated()
    {
        MtunnelClient client = await OpenV1Async();
        Task<TimeSpan> resume = client.ResumeAsync(1, Test);
        await Peer.PlayAsync("-> resume 1");
        await Task.WhenAll(client.DisposeAsync().AsTask(), client.DisposeAsync().AsTask());
        await Assert.ThrowsAsync<MtunnelNoReplyException>(() => resume);
        await client.DisposeAsync();
        Assert.Equal(1, Peer.Disposals);
        Assert.False(client.IsFaulted);
        await Assert.ThrowsAsync<MtunnelFaultedException>(() => client.ResumeAsync(1, Test));
    }
}
