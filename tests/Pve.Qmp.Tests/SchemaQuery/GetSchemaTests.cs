using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pve.Qmp.Commands;
using Pve.Qmp.Tests.Talk;

namespace Pve.Qmp.Tests.SchemaQuery;

/// <summary>How a client comes by its schema, and what it does with it. Each test plays a build of its own, for the process remembers builds.</summary>
public sealed class GetSchemaTests
{
    private const string Commands = """[{"name": "set"}, {"name": "peek"}]""";

    private static readonly string Schema = SchemaSamples.Small.ReplaceLineEndings(" ");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_asks_once_and_the_next_client_of_the_build_asks_only_for_names()
    {
        await using var first = new ScriptedQmpPeer();
        await using var client = await EstablishAsync(first, "build 1");
        var asking = client.GetSchemaAsync(Ct);
        await first.PlayAsync($$"""
            -> {"execute": "query-commands", "id": 1}
            <- {"return": {{Commands}}, "id": 1}
            -> {"execute": "query-qmp-schema", "id": 2}
            <- {"return": {{Schema}}, "id": 2}
            """);
        var schema = await asking;
        Assert.True(schema.HasCommand("set"));
        Assert.Same(schema, await client.GetSchemaAsync(Ct));

        await using var second = new ScriptedQmpPeer();
        await using var other = await EstablishAsync(second, "build 1");
        asking = other.GetSchemaAsync(Ct);
        await second.PlayAsync("""
            -> {"execute": "query-commands", "id": 1}
            <- {"return": [{"name": "peek"}, {"name": "set"}], "id": 1}
            """);
        Assert.Same(schema, await asking);
    }

    [Fact]
    public async Task A_program_of_the_same_package_with_other_commands_is_asked()
    {
        await using var qemu = new ScriptedQmpPeer();
        await using var client = await EstablishAsync(qemu, "build 2");
        var asking = client.GetSchemaAsync(Ct);
        await AnswerAsync(qemu, 1);
        await asking;

        await using var storage = new ScriptedQmpPeer();
        await using var daemon = await EstablishAsync(storage, "build 2");
        asking = daemon.GetSchemaAsync(Ct);
        await AnswerAsync(storage, 1, """[{"name": "set"}]""", "[]");
        Assert.Empty((await asking).Commands);
    }

    [Fact]
    public async Task A_build_without_a_package_is_not_shared()
    {
        var schemas = new List<QmpSchema>();
        for (var i = 0; i < 2; i++)
        {
            await using var peer = new ScriptedQmpPeer();
            await using var client = await EstablishAsync(peer, "");
            var asking = client.GetSchemaAsync(Ct);
            await peer.PlayAsync($$"""
                -> {"execute": "query-qmp-schema", "id": 1}
                <- {"return": {{Schema}}, "id": 1}
                """);
            schemas.Add(await asking);
            Assert.Same(schemas[i], await client.GetSchemaAsync(Ct));
        }

        Assert.NotSame(schemas[0], schemas[1]);
    }

    [Fact]
    public async Task Callers_share_one_ask_and_one_who_goes_away_takes_nobody_along()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await EstablishAsync(peer, "build 3");
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var first = client.GetSchemaAsync(leaving.Token);
        var others = Enumerable.Range(0, 10).Select(_ => client.GetSchemaAsync(Ct)).ToArray();
        await peer.PlayAsync("""-> {"execute": "query-commands", "id": 1}""");
        await leaving.CancelAsync();
        Assert.Equal(leaving.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first)).CancellationToken);

        await peer.PlayAsync($$"""
            <- {"return": {{Commands}}, "id": 1}
            -> {"execute": "query-qmp-schema", "id": 2}
            <- {"return": {{Schema}}, "id": 2}
            """);
        var schemas = await Task.WhenAll(others);
        Assert.All(schemas, schema => Assert.Same(schemas[0], schema));
        Assert.Same(schemas[0], await client.GetSchemaAsync(Ct));
        Assert.Equal(0, client.LateReplies);
    }

    [Fact]
    public async Task An_ask_that_everybody_left_is_there_for_the_next()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await EstablishAsync(peer, "build 4");
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var first = client.GetSchemaAsync(leaving.Token);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        var next = client.GetSchemaAsync(Ct);
        await AnswerAsync(peer, 1);
        Assert.True((await next).HasCommand("set"));
    }

    [Theory]
    [InlineData("""{"error": {"class": "CommandNotFound", "desc": "no such command"}, "id": 2}""", typeof(QmpCommandException))]
    [InlineData("""{"return": [{"name": "x", "meta-type": "command"}], "id": 2}""", typeof(QmpProtocolException))]
    [InlineData("""{"return": {"not": "a list"}, "id": 2}""", typeof(QmpProtocolException))]
    [InlineData("""{"return": null, "id": 2}""", typeof(QmpProtocolException))]
    public async Task A_failure_is_told_and_the_next_call_asks_again(string failure, Type type)
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await EstablishAsync(peer, "build 5 " + type.Name + failure.Length);
        var asking = client.GetSchemaAsync(Ct);
        await peer.PlayAsync($$"""
            -> {"execute": "query-commands", "id": 1}
            <- {"return": {{Commands}}, "id": 1}
            -> {"execute": "query-qmp-schema", "id": 2}
            <- {{failure}}
            """);
        var told = (QmpException)await Assert.ThrowsAsync(type, () => asking);
        Assert.Contains("query-qmp-schema", told.Message, StringComparison.Ordinal);
        Assert.True(told.ConnectionUsable);

        asking = client.GetSchemaAsync(Ct);
        await AnswerAsync(peer, 3);
        Assert.True((await asking).HasCommand("set"));
    }

    [Fact]
    public async Task Unknown_arguments_are_left_out_where_the_caller_allows_it()
    {
        await using var peer = new ScriptedQmpPeer();
        using var logs = new LogLines();
        await using var client = await EstablishAsync(peer, "build 6", peer.Options with { LoggerFactory = logs });
        IReadOnlyList<string>? omitted = null;
        var tolerant = new QmpCallOptions { OmitUnknown = true, Omitted = paths => omitted = paths };
        var call = client.ExecuteAsync("set", JsonElement.Parse("""{"level": "low", "password": "geheim", "items": [{"kind": "new", "on": true}]}"""), tolerant, Ct);
        await AnswerAsync(peer, 1);
        await peer.PlayAsync("""
            -> {"execute": "set", "arguments": {"level": "low", "items": []}, "id": 3}
            <- {"return": {}, "id": 3}
            """);
        await call;
        Assert.Equal(["password", "items[0] (new)"], omitted);
        var line = Assert.Single(logs.Lines, line => line.StartsWith("Information", StringComparison.Ordinal));
        Assert.Equal("Information QEMU at the peer does not know of 'set', so it was left out: password, items[0] (new)", line);
        Assert.DoesNotContain(logs.Lines, any => any.Contains("geheim", StringComparison.Ordinal));

        // all known: nobody is told anything
        omitted = null;
        call = client.ExecuteAsync("set", JsonElement.Parse("""{"level": "high"}"""), tolerant, Ct);
        await peer.PlayAsync("""
            -> {"execute": "set", "arguments": {"level": "high"}, "id": 4}
            <- {"return": {}, "id": 4}
            """);
        await call;
        Assert.Null(omitted);
        Assert.Single(logs.Lines, any => any.StartsWith("Information", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Typed_commands_are_fitted_and_keep_what_they_are()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await EstablishAsync(peer, "build 7");
        var call = client.ExecuteAsync(
            QmpCommands.MigrateSetCapabilities,
            new MigrateSetCapabilities([new(MigrationCapability.Events, true), new(new MigrationCapability("mapped-ram"), true)]),
            new QmpCallOptions { OmitUnknown = true },
            Ct);
        await AnswerAsync(peer, 1, schema: Text(SchemaSamples.Excerpt("qemu-7.2")));
        await peer.PlayAsync("""
            -> {"execute": "migrate-set-capabilities", "arguments": {"capabilities": [{"capability": "events", "state": true}]}, "id": 3}
            <- {"return": {}, "id": 3}
            """);
        await call;

        // without arguments, out of band
        var yank = client.ExecuteAsync(QmpCommands.QueryYank, new QmpCallOptions { OmitUnknown = true, OutOfBand = true }, Ct);
        await peer.PlayAsync("""
            -> {"exec-oob": "query-yank", "id": 4}
            <- {"return": [], "id": 4}
            """);
        Assert.Empty(await yank);
    }

    [Fact]
    public async Task What_cannot_be_left_out_is_not_sent()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await EstablishAsync(peer, "build 8");
        var tolerant = new QmpCallOptions { OmitUnknown = true, Omitted = _ => Assert.Fail("nothing is omitted") };
        var call = client.ExecuteAsync("nope", call: tolerant, cancellationToken: Ct);
        await AnswerAsync(peer, 1);
        Assert.Equal("nope", (await Assert.ThrowsAsync<QmpUnsupportedException>(() => call)).Command);
        await Assert.ThrowsAsync<QmpUnsupportedException>(() => client.ExecuteAsync("set", JsonElement.Parse("""{"level": "new", "x": 1}"""), tolerant, Ct));

        // the peer hears of neither, and without leave everything is sent as it is
        var plain = client.ExecuteAsync("nope", JsonElement.Parse("""{"x": 1}"""), cancellationToken: Ct);
        await peer.PlayAsync("""
            -> {"execute": "nope", "arguments": {"x": 1}, "id": 3}
            <- {"error": {"class": "CommandNotFound", "desc": "no such command"}, "id": 3}
            """);
        await Assert.ThrowsAsync<QmpCommandException>(() => plain);
    }

    [Fact]
    public async Task A_command_that_does_not_go_out_of_band_asks_for_nothing()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await EstablishAsync(peer, "build 9");
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => client.ExecuteAsync(QmpCommands.QueryStatus, new QmpCallOptions { OmitUnknown = true, OutOfBand = true }, Ct));
        var call = client.ExecuteAsync("first", cancellationToken: Ct);
        await peer.PlayAsync("""
            -> {"execute": "first", "id": 1}
            <- {"return": {}, "id": 1}
            """);
        await call;
    }

    private static string Text(byte[] json) => System.Text.Encoding.UTF8.GetString(json).ReplaceLineEndings(" ");

    private static Task AnswerAsync(ScriptedQmpPeer peer, int id, string commands = Commands, string? schema = null) => peer.PlayAsync($$"""
        -> {"execute": "query-commands", "id": {{id}}}
        <- {"return": {{commands}}, "id": {{id}}}
        -> {"execute": "query-qmp-schema", "id": {{id + 1}}}
        <- {"return": {{schema ?? Schema}}, "id": {{id + 1}}}
        """);

    private static async Task<QmpClient> EstablishAsync(ScriptedQmpPeer peer, string package, QmpClientOptions? options = null)
    {
        var connecting = peer.ConnectAsync(options);
        var greeting = new { QMP = new { version = new { qemu = new { major = 7, minor = 2, micro = 22 }, package }, capabilities = new[] { "oob" } } };
        await peer.PlayAsync($"<- {JsonSerializer.Serialize(greeting)}\n{ScriptedQmpPeer.Negotiates}");
        return await connecting;
    }

    private sealed class LogLines : ILoggerFactory, ILogger
    {
        private readonly Lock _lock = new();
        private readonly List<string> _lines = [];

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_lock)
                {
                    return [.. _lines];
                }
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_lock)
            {
                _lines.Add($"{logLevel} {formatter(state, exception)}");
            }
        }

        public void Dispose()
        {
        }
    }
}
