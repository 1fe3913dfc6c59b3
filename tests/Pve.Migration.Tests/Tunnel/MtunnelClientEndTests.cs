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

    [Fact]
    public async Task A_quit_before_the_version_does_not_wait_for_it()
    {
        MtunnelClient client = await OpenAsync("tunnel online\n");
        Task quit = client.QuitAsync(Test);
        await Peer.PlayAsync(
            """
            -> quit
            <- ver 1
            <- OK
            """);
        await Peer.EndAsync();
        await quit;
        Assert.False(client.IsFaulted);
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
