using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pve.Qmp.Commands;

namespace Pve.Qmp.Tests.Talk;

public sealed class ExecuteTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Typed_and_raw_commands_are_answered()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        var typed = client.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: Ct);
        await peer.PlayAsync("""
            -> {"execute": "query-status", "id": 1}
            <- {"return": {"status": "running", "singlestep": false, "running": true}, "id": 1}
            """);
        Assert.Equal(RunState.Running, (await typed).Status);

        var raw = client.ExecuteAsync("device_del", JsonElement.Parse("{ \"id\":\n \"net0\" }"), cancellationToken: Ct);
        await peer.PlayAsync("""
            -> {"execute": "device_del", "arguments": {"id": "net0"}, "id": 2}
            <- {"return": {"anything": [1]}, "id": 2}
            """);
        Assert.Equal("""{"anything": [1]}""", (await raw).GetRawText());
    }

    [Fact]
    public async Task Answers_find_their_commands_in_any_order()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        var calls = Enumerable.Range(1, 5).Select(i => client.ExecuteAsync($"c{i}", cancellationToken: Ct)).ToArray();
        await peer.PlayAsync("""
            -> {"execute": "c1", "id": 1}
            -> {"execute": "c2", "id": 2}
            -> {"execute": "c3", "id": 3}
            -> {"execute": "c4", "id": 4}
            -> {"execute": "c5", "id": 5}
            <- {"return": 5, "id": 5}
            <- {"id": 2, "return": 2}
            <- {"return": 1, "id": 1}
            <- {"return": 4, "id": 4}
            <- {"return": 3, "id": 3}
            """);
        Assert.Equal([1, 2, 3, 4, 5], (await Task.WhenAll(calls)).Select(result => result.GetInt32()));
    }

    [Fact]
    public async Task A_refusal_carries_its_class_and_leaves_the_connection()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        var call = client.ExecuteAsync("nope", cancellationToken: Ct);
        await peer.PlayAsync("""
            -> {"execute": "nope", "id": 1}
            <- {"id": 1, "error": {"class": "CommandNotFound", "desc": "The command nope has not been found"}}
            """);
        var refusal = await Assert.ThrowsAsync<QmpCommandException>(() => call);
        Assert.Equal(("nope", "CommandNotFound", "The command nope has not been found"), (refusal.Command, refusal.ErrorClass, refusal.Description));
        Assert.True(refusal.ConnectionUsable);
        await RoundTripAsync(peer, client, 2);
    }

    [Fact]
    public async Task What_fails_can_be_told_instead_of_thrown()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        var good = client.TryExecuteAsync(QmpCommands.QueryStatus, cancellationToken: Ct);
        var refused = client.TryExecuteAsync("nope", cancellationToken: Ct);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var cancelled = client.TryExecuteAsync(QmpCommands.QomGet, new QomProperty("/", "type"), cancellationToken: cancel.Token);
        await peer.SendAsync("""{"return": {"status": "running", "running": true}, "id": 1}""" + "\n" + """{"id": 2, "error": {"class": "c", "desc": "d"}}""" + "\n");
        var value = await good;
        Assert.True(value.Succeeded);
        Assert.True(value.ValueOrThrow().Running);
        Assert.Null(value.Failure);
        var failure = await refused;
        Assert.False(failure.Succeeded);
        Assert.Equal("d", Assert.IsType<QmpCommandException>(failure.Failure).Description);
        Assert.Same(failure.Failure, Assert.Throws<QmpCommandException>(() => failure.ValueOrThrow()));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        var timedOut = client.TryExecuteAsync(QmpCommands.QueryStatus, cancellationToken: Ct);
        peer.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.True(Assert.IsType<QmpTimeoutException>((await timedOut).Failure).ConnectionUsable);
        var lost = client.TryExecuteAsync(QmpCommands.QueryStatus, cancellationToken: Ct);
        await peer.HangUpAsync();
        Assert.False(Assert.IsType<QmpConnectionException>((await lost).Failure).ConnectionUsable);
    }

    [Fact]
    public async Task Cancelling_stops_the_wait_and_the_late_reply_is_counted()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var call = client.ExecuteAsync("slow", cancellationToken: cancel.Token);
        await peer.PlayAsync("""-> {"execute": "slow", "id": 1}""");
        await cancel.CancelAsync();
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(cancel.Token, cancelled.CancellationToken);

        await peer.PlayAsync("""<- {"return": {}, "id": 1}""");
        await RoundTripAsync(peer, client, 2);
        Assert.Equal((1, 0), (client.LateReplies, client.UnmatchedReplies));
    }

    [Theory]
    [InlineData("""{"return": {}, "id": 99}""")]
    [InlineData("""{"return": {}, "id": "theirs"}""")]
    [InlineData("""{"error": {"class": "GenericError", "desc": "x"}, "id": 99}""")]
    public async Task A_reply_to_nobody_is_counted(string reply)
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        await peer.SendAsync(reply + "\n");
        await RoundTripAsync(peer, client, 1);
        Assert.Equal((0, 1), (client.LateReplies, client.UnmatchedReplies));
    }

    [Fact]
    public async Task An_error_without_an_id_belongs_to_the_only_command()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        var call = client.ExecuteAsync("broken", cancellationToken: Ct);
        await peer.PlayAsync($$"""
            -> {"execute": "broken", "id": 1}
            <- {{Samples.ErrorWithoutId}}
            """);
        Assert.StartsWith("JSON parse error", (await Assert.ThrowsAsync<QmpCommandException>(() => call)).Description, StringComparison.Ordinal);
        await RoundTripAsync(peer, client, 2);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task An_error_without_an_id_ends_the_connection_where_its_owner_is_unknown(int inFlight)
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        var calls = Enumerable.Range(0, inFlight).Select(_ => client.ExecuteAsync("c", cancellationToken: Ct)).ToArray();
        await peer.PlayAsync("<- " + Samples.ErrorWithoutId);
        var reason = Assert.IsType<QmpProtocolException>(await client.Ended);
        Assert.Contains("JSON parse error", reason.Message, StringComparison.Ordinal);
        foreach (var call in calls)
        {
            Assert.Same(reason, await Assert.ThrowsAsync<QmpProtocolException>(() => call));
        }
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"status": "running", "running": "yes"}""")]
    public async Task A_result_of_another_shape_fails_its_call_alone(string result)
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        var call = client.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: Ct);
        await peer.SendAsync($$"""{"return": {{result}}, "id": 1}""" + "\n");
        var failure = await Assert.ThrowsAsync<QmpProtocolException>(() => call);
        Assert.Contains("query-status", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.ConnectionUsable);
        await peer.ReceiveAsync();
        await RoundTripAsync(peer, client, 2);
    }

    [Theory]
    [InlineData("""{"class": 5, "desc": []}""")]
    [InlineData("""{"class": "c", "desc": "\ud800"}""")]
    [InlineData("[]")]
    public async Task An_error_of_another_shape_fails_its_call_alone(string error)
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        var call = client.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: Ct);
        await peer.SendAsync($$"""{"error": {{error}}, "id": 1}""" + "\n");
        var failure = await Assert.ThrowsAsync<QmpProtocolException>(() => call);
        Assert.Contains("query-status", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.ConnectionUsable);
        await peer.ReceiveAsync();
        await RoundTripAsync(peer, client, 2);
    }

    [Fact]
    public async Task A_number_that_no_type_holds_fails_its_call_alone()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        var call = client.ExecuteAsync(QmpCommands.QueryMigrate, cancellationToken: Ct);
        await peer.SendAsync("""{"return": {"cpu-throttle-percentage": 9223372036854775807}, "id": 1}""" + "\n");
        Assert.True((await Assert.ThrowsAsync<QmpProtocolException>(() => call)).ConnectionUsable);
        await peer.ReceiveAsync();
        await RoundTripAsync(peer, client, 2);
    }

    [Fact]
    public async Task A_chain_of_a_hundred_backing_images_is_read()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        var call = client.ExecuteAsync("query-block", cancellationToken: Ct);
        using var subscription = client.Subscribe("DEEP");
        var chain = string.Concat(Enumerable.Repeat("""{"backing-image": """, 100)) + "{}" + new string('}', 100);
        await peer.SendAsync($$"""{"event": "DEEP", "data": {{chain}}}""" + "\n" + $$"""{"return": {{chain}}, "id": 1}""" + "\n");
        Assert.Equal(chain, (await call).GetRawText());
        Assert.Equal(chain, (await subscription.ReadAsync(Ct)).Data.GetRawText());
    }

    [Fact]
    public async Task Arguments_that_cannot_be_written_cost_no_place_in_the_window()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        for (var i = 0; i < 10; i++)
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(() => client.ExecuteAsync("c", DisposedElement(), cancellationToken: Ct));
        }

        var call = client.ExecuteAsync("c", cancellationToken: Ct);
        await peer.ReceiveAsync();
        await peer.PlayAsync("""<- {"return": {}, "id": 11}""");
        await call;
    }

    [Fact]
    public async Task Only_commands_that_QEMU_allows_go_out_of_band()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        var outOfBand = new QmpCallOptions { OutOfBand = true };
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.ExecuteAsync(QmpCommands.QueryStatus, outOfBand, Ct));
        var call = client.ExecuteAsync(QmpCommands.QueryYank, outOfBand, Ct);
        await peer.PlayAsync("""
            -> {"exec-oob": "query-yank", "id": 1}
            <- {"return": [{"type": "chardev", "id": "compat_monitor0"}, {"type": "block-node", "node-name": "n"}, {"type": "migration"}], "id": 1}
            """);
        Assert.Equal(["chardev", "block-node", "migration"], (await call).Select(instance => instance.Type));
    }

    [Fact]
    public async Task Many_callers_at_once_all_get_their_own_answers()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        var number = (JsonTypeInfo<JsonElement>)QmpCommands.QomGet.Result;
        var callers = Enumerable.Range(0, 200).Select(i => Task.Run(async () =>
        {
            var result = await client.ExecuteAsync(new QmpCommand<QmpNothing, JsonElement>($"c{i}", QmpCommands.QueryStatus.Arguments, number), cancellationToken: Ct);
            Assert.Equal($"c{i}", result.GetString());
        }, Ct)).ToArray();
        for (var i = 0; i < callers.Length; i++)
        {
            using var request = JsonDocument.Parse(await peer.ReceiveAsync());
            var (name, id) = (request.RootElement.GetProperty("execute").GetString(), request.RootElement.GetProperty("id").GetInt64());
            await peer.SendAsync($$"""{"return": "{{name}}", "id": {{id}}}""" + "\n");
        }

        await Task.WhenAll(callers);
    }

    private static JsonElement DisposedElement()
    {
        using var document = JsonDocument.Parse("{}");
        return document.RootElement;
    }

    // Replies are read in order: after this one, every earlier line has been dealt with.
    private static async Task RoundTripAsync(ScriptedQmpPeer peer, QmpClient client, long id)
    {
        var call = client.ExecuteAsync("ping", cancellationToken: Ct);
        await peer.PlayAsync($$"""
            -> {"execute": "ping", "id": {{id}}}
            <- {"return": {}, "id": {{id}}}
            """);
        await call;
    }
}
