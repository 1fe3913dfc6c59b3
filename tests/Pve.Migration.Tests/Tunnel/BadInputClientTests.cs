namespace Pve.Migration.Tests.Tunnel;

/// <summary>What a hostile server does to a client: the tunnel is faulted with a reason, and what was asked is unknown or refused, never a hang.</summary>
public sealed class BadInputClientTests : MtunnelClientBench
{
    private const string V1 = "tunnel online\nver 1\n";
    private const string V2 = "tunnel online\nver 2\n";
    private const string Ours = ""","capabilities":["set-replication-state","status","resume-when-completed"]""";

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
    [InlineData("""{"success":true,"success":false}""")]
    [InlineData("""{"success":true,"running":"\ud800"}""")]
    [InlineData("""{"running":true}""")]
    [InlineData("""{"success":null,"running":true}""")]
    [InlineData("""{"success":true,"running":true}}""")]
    [InlineData("""{"success":true,"running":tru""")]
    [InlineData("OK")]
    public async Task Our_own_dialect_takes_nothing_else_for_an_answer(string answer)
    {
        var client = await OpenV2Async(Ours);
        var status = client.ExecuteAsync("status", cancellationToken: Test);
        await Peer.PlayAsync("""-> {"cmd":"status"}""");
        await Peer.SayAsync(answer + "\n");
        var e = await Assert.ThrowsAsync<MtunnelNoReplyException>(() => status);
        Assert.Equal(MtunnelNoReplyReason.Unreadable, e.Reason);
        await Assert.ThrowsAsync<MtunnelFaultedException>(() => client.ExecuteAsync("status", cancellationToken: Test));
    }

    [Theory]
    [InlineData("\"status\"")]
    [InlineData("{\"status\":true}")]
    [InlineData("[[\"status\"]]")]
    [InlineData("null")]
    public async Task Capabilities_that_are_no_list_of_names_are_none(string capabilities)
    {
        var client = await OpenV2Async($",\"capabilities\":{capabilities}");
        Assert.Empty(client.Capabilities);
        Assert.False(client.Can("status"));
        await Assert.ThrowsAsync<MtunnelUnsupportedException>(() => client.ExecuteAsync("status", cancellationToken: Test));
    }

    // a name that is none of ours is the peer's own, and what is sent is JSON whatever it is called
    [Fact]
    public async Task A_capability_cannot_break_out_of_its_name()
    {
        var client = await OpenV2Async(""","capabilities":["x\",\"cmd\":\"stop"]""");
        var odd = client.ExecuteAsync("x\",\"cmd\":\"stop", cancellationToken: Test);
        await Peer.PlayAsync("""
            -> {"cmd":"x\u0022,\u0022cmd\u0022:\u0022stop"}
            <- {"success":false,"msg":"unknown"}
            """);
        await Assert.ThrowsAsync<MtunnelRefusedException>(() => odd);
        Assert.False(client.IsFaulted);
    }

    [Theory]
    [InlineData("tunnel onl")]
    [InlineData("no quoru")]
    [InlineData("{\"success\":true,\"api\":2")]
    public async Task A_greeting_that_is_begun_and_not_ended(string begun)
    {
        await Peer.SayAsync(begun);
        Task<MtunnelClient> opening = MtunnelClient.OpenAsync(Peer, Options, Test);
        Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(MtunnelGreetingFailure.TimedOut, (await Assert.ThrowsAsync<MtunnelGreetingException>(() => opening)).Failure);
        Assert.Equal(1, Peer.Disposals);
    }

    [Fact]
    public async Task A_version_that_is_begun_and_not_ended_is_none()
    {
        var client = await OpenAsync("tunnel online\nver ");
        Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(MtunnelDialect.V0, await client.Negotiated);
        await Peer.SayAsync("2\n");
        await Assert.ThrowsAsync<MtunnelUnsupportedException>(() => client.ResumeAsync(100, Test));
    }

    [Theory]
    [InlineData("{\"success\":true,\"api\":2,\"age\":0")]
    [InlineData("")]
    public async Task An_answer_to_version_that_does_not_come_is_no_tunnel(string begun)
    {
        var client = await OpenAsync(V2);
        await Peer.PlayAsync("""-> {"cmd":"version"}""");
        await Peer.SayAsync(begun);
        Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(MtunnelGreetingFailure.TimedOut, (await Assert.ThrowsAsync<MtunnelGreetingException>(() => client.Negotiated)).Failure);
        Assert.Contains("no answer to 'version' in time", client.FaultReason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(V1, "resume 100", "OK", "\n")]
    [InlineData(V1, "resume 100", "ERR: resume fai", "led - no\n")]
    [InlineData(V2, """{"cmd":"resume"}""", """{"success":tr""", "ue}\n")]
    public async Task An_answer_that_is_begun_and_not_ended_in_time_is_none(string greeting, string sent, string begun, string rest)
    {
        var client = greeting == V2 ? await OpenV2Async() : await OpenAsync(greeting);
        await client.Negotiated;
        var resume = client.ResumeAsync(100, Test);
        await Peer.PlayAsync("-> " + sent);
        await Peer.SayAsync(begun);
        Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(MtunnelNoReplyReason.TimedOut, (await Assert.ThrowsAsync<MtunnelNoReplyException>(() => resume)).Reason);
        await Peer.SayAsync(rest);
        await Assert.ThrowsAsync<MtunnelFaultedException>(() => client.ResumeAsync(100, Test));
    }

    [Theory]
    [InlineData(V1, "-> quit\n<- OK")]
    [InlineData(V2, "-> {\"cmd\":\"quit\",\"cleanup\":0}\n<- {\"success\":true}")]
    public async Task Nothing_is_sent_after_quit(string greeting, string talk)
    {
        var client = greeting == V2 ? await OpenV2Async() : await OpenAsync(greeting);
        await client.Negotiated;
        var quit = client.QuitAsync(Test);
        await Peer.PlayAsync(talk);
        await quit;
        Assert.Contains("closed by quit", (await Assert.ThrowsAsync<MtunnelFaultedException>(() => client.ResumeAsync(100, Test))).FaultReason, StringComparison.Ordinal);
        await client.WakeAsync();
        await client.QuitAndCleanUpAsync(Test);
        Assert.Equal("", await Peer.HearRestAsync());
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

    private async Task<MtunnelClient> OpenV2Async(string capabilities = "")
    {
        var client = await OpenAsync(V2);
        await Peer.PlayAsync($$"""
            -> {"cmd":"version"}
            <- {"success":true,"api":2,"age":0{{capabilities}} }
            """);
        Assert.Equal(MtunnelDialect.V2, await client.Negotiated);
        return client;
    }
}
