using System.Net;
using System.Net.Sockets;

namespace Pve.Qmp.Tests.Talk;

public sealed class HandshakeTests
{
    private const string Event = "<- " + Samples.Stop;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Out_of_band_is_enabled_where_it_is_offered()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        Assert.True(client.IsOutOfBandEnabled);
        Assert.Equal("7.2.22", client.Greeting.Version.Qemu.ToString());
        Assert.Equal("Debian 1:7.2+dfsg-7", client.Greeting.Version.Package);
        Assert.Equal(["oob"], client.Greeting.Capabilities);
        Assert.Equal("the peer", client.Name);
        Assert.False(client.Ended.IsCompleted);
    }

    [Theory]
    [InlineData(true, """["other"]""")]
    [InlineData(false, """["oob"]""")]
    public async Task Out_of_band_is_off_where_it_is_not_offered_or_not_wanted(bool wanted, string offered)
    {
        await using var peer = new ScriptedQmpPeer();
        var connecting = peer.ConnectAsync(peer.Options with { EnableOutOfBand = wanted });
        await peer.PlayAsync($$$"""
            <- {"QMP": {"version": {"qemu": {"micro": 0, "minor": 0, "major": 10}, "package": ""}, "capabilities": {{{offered}}}}}
            -> {"execute": "qmp_capabilities", "arguments": {"enable": []}, "id": 0}
            <- {"return": {}, "id": 0}
            """);
        await using var client = await connecting;
        Assert.False(client.IsOutOfBandEnabled);
        var call = new QmpCallOptions { OutOfBand = true };
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.ExecuteAsync(QmpCommands.QueryYank, call, Ct));
    }

    [Fact]
    public async Task Events_and_foreign_replies_do_not_disturb_it()
    {
        await using var peer = new ScriptedQmpPeer();
        var connecting = peer.ConnectAsync();
        await peer.PlayAsync($$"""
            {{Event}}
            {{ScriptedQmpPeer.Greets}}
            {{Event}}
            -> {"execute": "qmp_capabilities", "arguments": {"enable": ["oob"]}, "id": 0}
            {{Event}}
            <- {"return": {}, "id": 77}
            <- {"return": {}, "id": 0}
            """);
        await using var client = await connecting;
    }

    [Theory]
    [InlineData("junk\n", "'junk'")]
    [InlineData("SSH-2.0-OpenSSH_9.2p1\r\n", "SSH-2.0")]
    [InlineData("{\"return\": {}}\n", "did not greet")]
    [InlineData("{\"QMP\": {}}\n", "shape")]
    [InlineData("{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 0, \"minor\": 0, \"major\": 10}, \"package\": \"\\ud800\"}}}\n", "shape")]
    [InlineData("{\"QMP\": {\"version\": null}}\n", "shape")]
    [InlineData("{\"QMP\": {\"version\": {\"qemu\": {\"major\": 7}}, \"capabilities\": null}}\n", "shape")]
    public async Task A_junk_greeting_is_a_protocol_error(string junk, string message)
    {
        await using var peer = new ScriptedQmpPeer();
        var connecting = peer.ConnectAsync();
        await peer.SendAsync(junk);
        var failure = await Assert.ThrowsAsync<QmpProtocolException>(() => connecting);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        Assert.Contains("the peer", failure.Message, StringComparison.Ordinal); // its name
        Assert.True(await peer.ClientClosedAsync());
        Assert.Equal(1, peer.Client.Disposals);
    }

    [Theory]
    [InlineData("<- " + Samples.Greeting, "second time")]
    [InlineData("""<- {"error": {"class": "GenericError", "desc": "no such capability"}, "id": 0}""", "no such capability (GenericError)")]
    public async Task A_failed_negotiation_is_a_protocol_error(string answer, string message)
    {
        await using var peer = new ScriptedQmpPeer();
        var connecting = peer.ConnectAsync();
        await peer.PlayAsync(ScriptedQmpPeer.Greets + "\n" + answer);
        var failure = await Assert.ThrowsAsync<QmpProtocolException>(() => connecting);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        Assert.False(failure.ConnectionUsable);
    }

    [Theory]
    [InlineData("", "greeting")]
    [InlineData(ScriptedQmpPeer.Greets, "negotiation")]
    public async Task An_end_says_what_was_missing(string transcript, string missing)
    {
        await using var peer = new ScriptedQmpPeer();
        var connecting = peer.ConnectAsync();
        await peer.PlayAsync(transcript);
        await peer.HangUpAsync();
        var failure = await Assert.ThrowsAsync<QmpConnectionException>(() => connecting);
        Assert.Contains(missing, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cut_off_greeting_and_a_broken_pipe_are_told_apart_from_an_end()
    {
        await using var cutOff = new ScriptedQmpPeer();
        var connecting = cutOff.ConnectAsync();
        await cutOff.SendAsync(Samples.Greeting[..20]);
        await cutOff.HangUpAsync();
        await Assert.ThrowsAsync<QmpProtocolException>(() => connecting);

        await using var broken = new ScriptedQmpPeer();
        connecting = broken.ConnectAsync();
        await broken.HangUpAsync(new IOException("reset by peer"));
        var failure = await Assert.ThrowsAsync<QmpConnectionException>(() => connecting);
        Assert.Contains("reset by peer", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_peer_that_never_greets_is_busy()
    {
        await using var peer = new ScriptedQmpPeer();
        var connecting = peer.ConnectAsync();
        peer.Time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(connecting.IsCompleted);
        peer.Time.Advance(TimeSpan.FromSeconds(1));
        var failure = await Assert.ThrowsAsync<QmpBusyException>(() => connecting);
        Assert.Contains("within 10 s", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, peer.Client.Disposals);
    }

    [Fact]
    public async Task A_peer_that_greets_and_then_says_nothing_is_not_busy()
    {
        await using var peer = new ScriptedQmpPeer();
        var connecting = peer.ConnectAsync();
        await peer.PlayAsync(ScriptedQmpPeer.Greets);
        await peer.ReceiveAsync();
        peer.Time.Advance(TimeSpan.FromSeconds(10));
        var failure = await Assert.ThrowsAsync<QmpConnectionException>(() => connecting);
        Assert.Contains("greeted, but did not negotiate", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_peer_that_reads_nothing_is_noticed()
    {
        await using var peer = new ScriptedQmpPeer();
        await peer.DeafenAsync();
        var connecting = peer.ConnectAsync();
        await peer.PlayAsync(ScriptedQmpPeer.Greets);
        await Assert.ThrowsAsync<QmpConnectionException>(() => connecting);
    }

    [Fact]
    public async Task A_callers_own_cancellation_carries_the_callers_token()
    {
        await using var peer = new ScriptedQmpPeer();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var connecting = QmpClient.ConnectAsync(peer.Client, "the peer", peer.Options, cancel.Token);
        await cancel.CancelAsync();
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
        Assert.Equal(cancel.Token, cancelled.CancellationToken);
        Assert.Equal(1, peer.Client.Disposals);
    }

    [Fact]
    public async Task A_missing_socket_file_and_a_dead_one_are_told_apart()
    {
        var path = Path.Combine(Path.GetTempPath(), $"qmp-{Guid.NewGuid():N}");
        var missing = await Assert.ThrowsAsync<QmpConnectionException>(() => QmpClient.ConnectAsync(QmpEndpoint.Unix(path), cancellationToken: Ct));
        Assert.Contains("no such socket", missing.Message, StringComparison.Ordinal);
        Assert.Contains("-qmp unix:" + path + ",server=on,wait=off", missing.Message, StringComparison.Ordinal);
        try
        {
            using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            {
                socket.Bind(new UnixDomainSocketEndPoint(path)); // and never listens, like a socket file whose QEMU has died
                var dead = await Assert.ThrowsAsync<QmpConnectionException>(
                    () => QmpClient.ConnectAsync(QmpEndpoint.Unix(path), cancellationToken: Ct));
                Assert.Contains("refused", dead.Message, StringComparison.OrdinalIgnoreCase);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_port_where_nobody_listens_is_a_connection_error()
    {
        using var reserved = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        reserved.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // bound and not listening: nobody else can take the port
        var port = ((IPEndPoint)reserved.LocalEndPoint!).Port;
        var failure = await Assert.ThrowsAsync<QmpConnectionException>(
            () => QmpClient.ConnectAsync(QmpEndpoint.Tcp("127.0.0.1", port), cancellationToken: Ct));
        Assert.Contains($"tcp:127.0.0.1:{port}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_that_ignores_cancellation_is_closed_at_the_deadline()
    {
        await using var peer = new ScriptedQmpPeer();
        var stream = new DeafToTokensStream();
        var connecting = QmpClient.ConnectAsync(stream, "a deaf stream", peer.Options, Ct);
        peer.Time.Advance(TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<QmpBusyException>(() => connecting);
        Assert.True(stream.Closed);
    }
}
