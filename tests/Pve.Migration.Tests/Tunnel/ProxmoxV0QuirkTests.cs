namespace Pve.Migration.Tests.Tunnel;

/// <summary>The quirks of <c>pvecm mtunnel</c>, the peer of 2013 to 2017, one by one, and of its client.</summary>
public sealed class ProxmoxV0QuirkTests : IAsyncDisposable
{
    private readonly QuirkClient _quirk = new();

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _quirk.DisposeAsync();

    // v0.1: it greets with one line, and never tells a version
    [Fact]
    public async Task A_v0_server_greets_and_says_nothing_more()
    {
        using var tunnel = new ServedTunnel(MtunnelDialect.V0);
        await tunnel.EndAsync();
        Assert.Equal("tunnel online\n", await tunnel.HearRestAsync());
    }

    // v0.2: quit is its only command and gets no reply; the server ends by itself, the client's half still open
    [Fact]
    public async Task Quit_to_a_v0_server_ends_it_without_a_reply()
    {
        using var tunnel = new ServedTunnel(MtunnelDialect.V0);
        await tunnel.SayAsync("quit\n");
        Assert.Equal("tunnel online\n", await tunnel.HearRestAsync());
    }

    // v0.3: everything else is read and ignored
    [Theory]
    [InlineData("resume 100")]
    [InlineData("quit\r")]
    [InlineData("QUIT")]
    [InlineData("")]
    [InlineData("{\"cmd\":\"quit\"}")]
    public async Task A_v0_server_neither_answers_nor_does_anything_else(string line)
    {
        using var tunnel = new ServedTunnel(MtunnelDialect.V0);
        await tunnel.SayAsync(line + "\n");
        await tunnel.SayAsync("quit\n");
        Assert.Equal("tunnel online\n", await tunnel.HearRestAsync());
        Assert.Empty(tunnel.Calls);
    }

    // v0.4: what follows the greeting decides, and the three cases are three answers
    [Fact]
    public async Task Silence_after_the_greeting_is_v0()
    {
        MtunnelClient client = await _quirk.OpenAsync("<- tunnel online");
        _quirk.Time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(client.Negotiated.IsCompleted);
        _quirk.Time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(MtunnelDialect.V0, await client.Negotiated);
        Assert.False(client.IsFaulted);
    }

    [Fact]
    public async Task An_end_after_the_greeting_is_an_error()
    {
        MtunnelClient client = await _quirk.OpenAsync("<- tunnel online");
        await _quirk.Peer.EndAsync();
        Assert.Equal(MtunnelGreetingFailure.EndOfStream, (await Assert.ThrowsAsync<MtunnelGreetingException>(() => client.Negotiated)).Failure);
    }

    [Theory]
    [InlineData("OK")]
    [InlineData("version 1")]
    [InlineData("ver one")]
    public async Task Another_line_after_the_greeting_is_another_error(string line)
    {
        MtunnelClient client = await _quirk.OpenAsync($"<- tunnel online\n<- {line}");
        var failure = await Assert.ThrowsAsync<MtunnelGreetingException>(() => client.Negotiated);
        Assert.Equal(MtunnelGreetingFailure.Junk, failure.Failure);
        Assert.Contains(line, failure.Message, StringComparison.Ordinal);
    }

    // v0.5: it has no answers, so nothing but quit is ever sent, and whatever it says is no answer
    [Fact]
    public async Task A_v0_peer_is_told_nothing_but_quit_and_is_not_believed()
    {
        MtunnelClient client = await _quirk.OpenAsync("<- tunnel online");
        Assert.Equal(MtunnelDialect.V0, client.SettleDialect());
        Assert.Equal([true, false, false], new[] { "quit", "resume", "nbdstop" }.Select(client.Can));
        await Assert.ThrowsAsync<MtunnelUnsupportedException>(() => client.ResumeAsync(100, Test));
        await Assert.ThrowsAsync<MtunnelUnsupportedException>(() => client.ExecuteAsync("nbdstop", cancellationToken: Test));
        await client.WakeAsync();
        await _quirk.Peer.SayAsync("ver 1\nOK\n");
        Task quit = client.QuitAsync(Test);
        await _quirk.Peer.PlayAsync("-> quit");
        Assert.False(quit.IsCompleted); // the end is awaited, not an OK
        await _quirk.Peer.EndAsync();
        await quit;
        Assert.Equal("", await _quirk.Peer.HearRestAsync());
        Assert.False(client.IsFaulted);
    }

    // v0.6: its client never quits it, it dies with its worker: that end is none of an error, and undoes nothing
    [Fact]
    public async Task A_v0_client_that_is_just_gone_ends_the_server_and_undoes_nothing()
    {
        using var tunnel = new ServedTunnel(MtunnelDialect.V0);
        await tunnel.PlayAsync("<- tunnel online");
        await tunnel.EndAsync();
        await tunnel.Served.WaitAsync(Test);
        Assert.Empty(tunnel.Calls);
    }

    // v0.7: a client from before the series meets a server that tells a version; it never reads it, and never asks for a thing
    [Theory]
    [InlineData(MtunnelDialect.V1)]
    [InlineData(MtunnelDialect.V2)]
    public async Task A_v0_client_that_says_quit_and_leaves_is_no_trouble_to_newer_servers(MtunnelDialect dialect)
    {
        using var tunnel = new ServedTunnel(dialect);
        await tunnel.SayAsync("quit\n");
        await tunnel.EndAsync();
        await tunnel.Served.WaitAsync(Test);
        Assert.Empty(tunnel.Calls);
    }
}
