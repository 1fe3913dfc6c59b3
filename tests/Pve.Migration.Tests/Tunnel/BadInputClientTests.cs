namespace Pve.Migration.Tests.Tunnel;

/// <summary>What a hostile server does to a client: the tunnel is faulted with a reason, and what was asked is unknown or refused, never a hang.</summary>
public sealed class BadInputClientTests : MtunnelClientBench
{
    private const string V1 = "tunnel online\nver 1\n";
    private const string V2 = "tunnel online\nver 2\n";

    [Theory]
    [InlineData("OK\0\n")]
    [InlineData("\0\n")]
    [InlineData("OK OK\n")]
    [InlineData("{\"success\":true}\n")]
    [InlineData("oK\n")]
    public async Task V1_takes_nothing_else_for_an_answer(string answer)
    {
        var client = await OpenAsync(V1);
        var resume = client.ResumeAsync(100, Test);
        await Peer.PlayAsync("-> resume 100");
        await Peer.SayAsync(answer);
        var e = await Assert.ThrowsAsync<MtunnelNoReplyException>(() => resume);
        Assert.Equal(MtunnelNoReplyReason.Unreadable, e.Reason);
        Assert.Contains("is no answer", await client.Faulted, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"success":true,"success":false}""")]
    [InlineData("""{"success":"\ud800"}""")]
    [InlineData("""{"success":true,"\udfff":1}""")]
    [InlineData("""{"success":2.5}""")]
    [InlineData("""{"success":[]}""")]
    [InlineData("""{"success":true}{"success":true}""")]
    [InlineData("""{"success":tru""")]
    [InlineData("""[true]""")]
    [InlineData("OK")]
    public async Task V2_takes_nothing_else_for_an_answer(string answer)
    {
        var client = await OpenV2Async();
        var resume = client.ResumeAsync(100, Test);
        await Peer.PlayAsync("""-> {"cmd":"resume"}""");
        await Peer.SayAsync(answer + "\n");
        var e = await Assert.ThrowsAsync<MtunnelNoReplyException>(() => resume);
        Assert.Equal(MtunnelNoReplyReason.Unreadable, e.Reason);
        Assert.True(client.IsFaulted);
    }

    [Theory]
    [InlineData("""{"success":true,"api":"\ud800"}""")]
    [InlineData("""{"success":true,"api":2,"age":0,"api":1}""")]
    [InlineData("""{"success":true,"api":[2],"age":0}""")]
    [InlineData("""{"success":true,"api":99999999999999999999,"age":0}""")]
    [InlineData("nonsense")]
    public async Task A_version_that_means_nothing_is_no_tunnel(string answer)
    {
        var client = await OpenAsync(V2);
        await Peer.PlayAsync("""-> {"cmd":"version"}""");
        await Peer.SayAsync(answer + "\n");
        await Assert.ThrowsAsync<MtunnelGreetingException>(() => client.Negotiated);
        Assert.True(client.IsFaulted);
    }

    [Fact]
    public async Task Capabilities_that_are_none_are_left_out()
    {
        var client = await OpenAsync(V2);
        await Peer.PlayAsync("""-> {"cmd":"version"}""");
        await Peer.SayAsync("""{"success":true,"api":2,"age":0,"capabilities":[1,null,{},"rm -rf","status"]}""" + "\n");
        Assert.Equal(MtunnelDialect.V2, await client.Negotiated);
        Assert.True(client.Can("status"));
        Assert.False(client.Can("set-replication-state"));
    }

    [Theory]
    [InlineData(V1, "resume 100")]
    [InlineData(V2, null)]
    public async Task An_answer_without_end_is_given_up_at_the_limit(string greeting, string? sent)
    {
        var client = greeting == V2 ? await OpenV2Async() : await OpenAsync(greeting);
        var resume = client.ResumeAsync(100, Test);
        await Peer.PlayAsync("-> " + (sent ?? """{"cmd":"resume"}"""));
        await Peer.SayAsync(new string('x', Options.MaxLineLength + 1));
        var e = await Assert.ThrowsAsync<MtunnelNoReplyException>(() => resume);
        Assert.Contains("longer than 1000 bytes", await client.Faulted, StringComparison.Ordinal);
        Assert.False(e.TunnelUsable);
    }

    [Fact]
    public async Task A_peer_that_floods_answers_nothing()
    {
        var client = await OpenAsync(V1);
        await Peer.SayAsync(string.Concat(Enumerable.Repeat("OK\n", 1000)));
        Assert.Contains("nobody asked for", await client.Faulted, StringComparison.Ordinal);
        await Assert.ThrowsAsync<MtunnelFaultedException>(() => client.ResumeAsync(100, Test));
    }

    [Theory]
    [InlineData("""{"success":false,"msg":"no ticket PVETUNNEL:AAAA::sig for you"}""", "no ticket PVETUNNEL:*** for you")]
    [InlineData("""{"success":false,"msg":"password=hunter2 is wrong"}""", "password=*** is wrong")]
    [InlineData("""{"success":false,"msg":7}""", "no reason given")]
    public async Task A_refusal_tells_no_secret(string answer, string text)
    {
        var client = await OpenV2Async();
        var resume = client.ResumeAsync(100, Test);
        await Peer.PlayAsync("""-> {"cmd":"resume"}""");
        await Peer.SayAsync(answer + "\n");
        Assert.Equal(text, (await Assert.ThrowsAsync<MtunnelRefusedException>(() => resume)).ErrorText);
    }

    private async Task<MtunnelClient> OpenV2Async()
    {
        var client = await OpenAsync(V2);
        await Peer.PlayAsync("""
            -> {"cmd":"version"}
            <- {"success":true,"api":2,"age":0}
            """);
        Assert.Equal(MtunnelDialect.V2, await client.Negotiated);
        return client;
    }
}
