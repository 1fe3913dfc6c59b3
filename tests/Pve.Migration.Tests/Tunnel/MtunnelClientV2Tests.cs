using System.Text.Json;
using Microsoft.Extensions.Time.Testing;

namespace Pve.Migration.Tests.Tunnel;

public sealed class MtunnelClientV2Tests : IAsyncDisposable
{
    private const string Agrees = """
        <- tunnel online
        <- ver 2
        -> {"cmd":"version"}
        <- {"success":true,"api":2,"age":0,"capabilities":["status"]}
        """;

    private readonly FakeTimeProvider _time = new();
    private readonly ScriptedPeer _peer = new();
    private MtunnelClient? _client;

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync();
        }

        _peer.Dispose();
    }

    [Fact]
    public async Task Commands_and_their_answers()
    {
        var client = await OpenAsync(Agrees);
        Assert.Equal(MtunnelDialect.V2, await client.Negotiated);
        var resume = client.ResumeAsync(100, Test);
        await _peer.PlayAsync("""
            -> {"cmd":"resume"}
            <- {"success":true}
            """);
        await resume;
        var ticket = client.ExecuteAsync("ticket", JsonElement.Parse("""{"path":"/run/qemu-server/100.migrate"}"""), Test);
        await _peer.PlayAsync("""
            -> {"cmd":"ticket","path":"/run/qemu-server/100.migrate"}
            <- {"success":true,"ticket":"T"}
            """);
        Assert.Equal("T", (await ticket).GetProperty("ticket").GetString());
        var quit = client.QuitAndCleanUpAsync(Test);
        await _peer.PlayAsync("""
            -> {"cmd":"quit","cleanup":1}
            <- {"success":true}
            """);
        await quit;
        Assert.Equal("", await _peer.HearRestAsync());
        Assert.False(client.IsFaulted);
    }

    [Fact]
    public async Task An_error_leaves_the_tunnel_as_good_as_before()
    {
        var client = await OpenAsync(Agrees);
        var unlock = client.ExecuteAsync("unlock", cancellationToken: Test);
        await _peer.PlayAsync("""
            -> {"cmd":"unlock"}
            <- {"success":false,"msg":"not locked"}
            """);
        var refused = await Assert.ThrowsAsync<MtunnelRefusedException>(() => unlock);
        Assert.Equal(("unlock", "not locked", true), (refused.Command, refused.ErrorText, refused.TunnelUsable));
        var stop = client.ExecuteAsync("nbdstop", cancellationToken: Test);
        await _peer.PlayAsync("""
            -> {"cmd":"nbdstop"}
            <- {"success":true}
            """);
        await stop;
    }

    [Theory]
    [InlineData("unlock", 10)]
    [InlineData("nbdstop", 30)]
    [InlineData("fstrim", 600)]
    public async Task No_answer_is_unknown_and_the_tunnel_is_spoilt(string command, int seconds)
    {
        var client = await OpenAsync(Agrees);
        var call = client.ExecuteAsync(command, cancellationToken: Test);
        await _peer.PlayAsync($$"""-> {"cmd":"{{command}}"}""");
        _time.Advance(TimeSpan.FromSeconds(seconds - 0.1));
        Assert.False(call.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(MtunnelNoReplyReason.TimedOut, (await Assert.ThrowsAsync<MtunnelNoReplyException>(() => call)).Reason);
        await Assert.ThrowsAsync<MtunnelFaultedException>(() => client.ExecuteAsync("unlock", cancellationToken: Test));
    }

    [Fact]
    public async Task The_peers_own_words_decide_what_can_be_asked()
    {
        var client = await OpenAsync(Agrees);
        Assert.Equal(["status"], client.Capabilities);
        Assert.True(client.Can("status"));
        Assert.True(client.Can("nbdstop"));
        Assert.False(client.Can("set-replication-state"));
        Assert.False(client.Can("unheard-of"));
        await Assert.ThrowsAsync<MtunnelUnsupportedException>(() => client.ExecuteAsync("resume-when-completed", cancellationToken: Test));
        await Assert.ThrowsAsync<ArgumentException>(() => client.ExecuteAsync("status", JsonElement.Parse("[]"), Test));
        Assert.False(client.IsFaulted);
    }

    [Fact]
    public async Task A_blank_line_would_be_answered_so_none_is_sent()
    {
        var client = await OpenAsync(Agrees);
        await client.WakeAsync();
        var call = client.ExecuteAsync("status", cancellationToken: Test);
        await _peer.PlayAsync("""
            -> {"cmd":"status"}
            <- {"success":true,"running":true}
            """);
        await call;
    }

    [Fact]
    public async Task A_peer_that_announces_JSON_and_tells_no_version_is_given_up()
    {
        var client = await OpenAsync("<- tunnel online");
        await _peer.PlayAsync("""
            <- ver 2
            -> {"cmd":"version"}
            """);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(MtunnelGreetingFailure.TimedOut, (await Assert.ThrowsAsync<MtunnelGreetingException>(() => client.Negotiated)).Failure);
    }

    [Fact]
    public async Task Over_a_WebSocket_the_client_speaks_first()
    {
        var opening = MtunnelClient.OpenAsync(_peer, new MtunnelClientOptions { TimeProvider = _time, ExpectGreeting = false }, Test);
        await _peer.PlayAsync("""
            -> {"cmd":"version"}
            <- {"success":true,"api":2,"age":0}
            """);
        _client = await opening;
        Assert.Equal(MtunnelDialect.V2, _client.DialectSoFar);
        Assert.Empty(_client.Capabilities);
    }

    [Theory]
    [InlineData("""{"success":false,"msg":"no"}""", MtunnelGreetingFailure.Junk)]
    [InlineData("tunnel online", MtunnelGreetingFailure.Junk)]
    [InlineData("""{"success":true,"api":1,"age":0}""", MtunnelGreetingFailure.OlderDialect)]
    public async Task Over_a_WebSocket_another_answer_is_no_tunnel(string answer, MtunnelGreetingFailure failure)
    {
        var opening = MtunnelClient.OpenAsync(_peer, new MtunnelClientOptions { TimeProvider = _time, ExpectGreeting = false }, Test);
        await _peer.PlayAsync($$"""
            -> {"cmd":"version"}
            <- {{answer}}
            """);
        Assert.Equal(failure, (await Assert.ThrowsAsync<MtunnelGreetingException>(() => opening)).Failure);
        Assert.Equal(1, _peer.Disposals);
    }

    [Fact]
    public async Task A_client_told_not_to_speak_JSON_does_not()
    {
        var opening = MtunnelClient.OpenAsync(_peer, new MtunnelClientOptions { TimeProvider = _time, HighestDialect = MtunnelDialect.V1 }, Test);
        await _peer.PlayAsync("""
            <- tunnel online
            <- ver 2
            """);
        _client = await opening;
        Assert.Equal(MtunnelGreetingFailure.NewerDialect, (await Assert.ThrowsAsync<MtunnelGreetingException>(() => _client.Negotiated)).Failure);
    }

    private async Task<MtunnelClient> OpenAsync(string transcript)
    {
        var opening = MtunnelClient.OpenAsync(_peer, new MtunnelClientOptions { TimeProvider = _time }, Test);
        await _peer.PlayAsync(transcript);
        _client = await opening;
        if (transcript == Agrees)
        {
            await _client.Negotiated;
        }

        return _client;
    }
}
