namespace Pve.Migration.Tests.Tunnel;

/// <summary>Commands and their answers, where all goes well.</summary>
public sealed class MtunnelClientTests : MtunnelClientBench
{
    [Fact]
    public async Task Resume_and_quit()
    {
        MtunnelClient client = await OpenV1Async();
        Task<TimeSpan> resume = client.ResumeAsync(123, Test);
        await Peer.PlayAsync(
            """
            -> resume 123
            <- OK
            """);
        await resume;
        Task quit = client.QuitAsync(Test);
        await Peer.PlayAsync(
            """
            -> quit
            <- OK
            """);
        await quit;
        Assert.Equal("", await Peer.HearRestAsync());
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
        await Peer.PlayAsync("-> ");
        await Peer.PlayAsync("-> ");
        await Peer.PlayAsync("-> resume 123");
        await client.WakeAsync(); // while an answer is awaited it stays out of the way
        await Peer.PlayAsync("<- OK");
        await resume;
        Assert.False(client.IsFaulted);
        await client.DisposeAsync();
        await client.WakeAsync();
        Assert.Equal("", await Peer.HearRestAsync());
    }

    [Fact]
    public async Task The_time_to_the_answer_is_told()
    {
        MtunnelClient client = await OpenV1Async();
        Task<TimeSpan> resume = client.ResumeAsync(123, Test);
        await Peer.PlayAsync("-> resume 123");
        Time.Advance(TimeSpan.FromMilliseconds(250));
        await Peer.PlayAsync("<- OK");
        Assert.Equal(TimeSpan.FromMilliseconds(250), await resume);
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

    [Fact]
    public async Task A_caller_that_leaves_before_sending_harms_nothing()
    {
        MtunnelClient client = await OpenV1Async();
        Task<TimeSpan> first = client.ResumeAsync(1, Test);
        await Peer.PlayAsync("-> resume 1");
        using var cancel = new CancellationTokenSource();
        Task<TimeSpan> queued = client.ResumeAsync(2, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queued);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.ResumeAsync(3, cancel.Token));
        await Peer.PlayAsync("<- OK");
        await first;
        Assert.False(client.IsFaulted);
        await client.DisposeAsync();
        Assert.Equal("", await Peer.HearRestAsync());
    }

    [Fact]
    public async Task Callers_queue()
    {
        MtunnelClient client = await OpenV1Async();
        Task<TimeSpan>[] calls = [client.ResumeAsync(1, Test), client.ResumeAsync(2, Test), client.ResumeAsync(3, Test)];
        await Peer.PlayAsync(
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

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1_000_000_000)]
    public async Task A_vmid_out_of_range_is_never_sent(int vmid)
    {
        MtunnelClient client = await OpenV1Async();
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.ResumeAsync(vmid, Test));
    }
}
