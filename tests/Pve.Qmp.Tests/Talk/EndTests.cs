using System.IO.Pipelines;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Pve.Qmp.Tests.Transcripts;

namespace Pve.Qmp.Tests.Talk;

public sealed class EndTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Deaths => ["hang up", "break", "junk", "greet again", "cut off", "too long", "deafen"];

    [Theory]
    [MemberData(nameof(Deaths))]
    public async Task One_reason_reaches_everyone(string death)
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync(peer.Options with { MaxMessageBytes = 2000 });
        var calls = Enumerable.Range(0, 20).Select(_ => client.ExecuteAsync("wait", cancellationToken: Ct)).ToList(); // some never leave
        using var reading = client.Subscribe();
        using var enumerating = client.Subscribe("STOP");
        var read = reading.ReadAsync(Ct).AsTask();
        var enumerated = Task.Run(async () =>
        {
            await foreach (var _ in enumerating.WithCancellation(Ct))
            {
            }
        }, Ct);

        if (death == "deafen")
        {
            await peer.DeafenAsync();
            calls.Add(client.ExecuteAsync(QmpCommands.QueryYank.Name, call: new QmpCallOptions { OutOfBand = true }, cancellationToken: Ct));
            peer.Time.Advance(TimeSpan.FromSeconds(1));
        }
        else
        {
            await DieAsync(peer, death);
        }

        var reason = Assert.IsAssignableFrom<QmpException>(await client.Ended);
        Assert.False(reason.ConnectionUsable);
        foreach (var task in (Task[])[.. calls, read, enumerated])
        {
            Assert.Same(reason, await Assert.ThrowsAnyAsync<QmpException>(() => task));
        }

        Assert.Same(reason, await Assert.ThrowsAnyAsync<QmpException>(() => client.ExecuteAsync("later", cancellationToken: Ct)));
        using var late = client.Subscribe();
        Assert.Same(reason, await Assert.ThrowsAnyAsync<QmpException>(() => late.ReadAsync(Ct).AsTask()));
        await client.DisposeAsync();
        Assert.Equal(1, peer.Client.Disposals);
    }

    [Theory]
    [InlineData("hang up", "closed the connection")]
    [InlineData("break", "reset by peer")]
    [InlineData("junk", "'junk'")]
    [InlineData("greet again", "second time")]
    [InlineData("cut off", "inside a message")]
    [InlineData("too long", "2000 bytes")]
    public async Task The_reason_says_what_happened(string death, string message)
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync(peer.Options with { MaxMessageBytes = 2000 });
        await DieAsync(peer, death);
        var reason = (await client.Ended)!.Message;
        Assert.Contains(message, reason, StringComparison.Ordinal);
        Assert.Contains("the peer", reason, StringComparison.Ordinal); // its name
    }

    [Fact]
    public async Task What_QEMU_says_last_is_heard_though_it_reads_no_more()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        using var events = client.Subscribe();
        var quit = client.ExecuteAsync(QmpCommands.Quit, cancellationToken: Ct);
        await peer.ReceiveAsync();
        await peer.DeafenAsync();
        var poll = client.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: Ct); // finds nobody who reads it
        await peer.PlayAsync("""
            <- {"return": {}, "id": 1}
            <- {"event": "SHUTDOWN", "data": {"guest": false, "reason": "host-qmp-quit"}}
            """);
        await peer.HangUpAsync();
        await quit;
        Assert.Equal("SHUTDOWN", (await events.ReadAsync(Ct)).Name);
        Assert.Contains("closed the connection", (await Assert.ThrowsAsync<QmpConnectionException>(() => poll)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_connection_is_closed_at_the_end_without_waiting_for_dispose()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        await peer.SendAsync("junk\n");
        Assert.True(await peer.ClientClosedAsync()); // QEMU serves the next client only then
    }

    [Fact]
    public async Task Dispose_ends_everything_for_all_who_call_it()
    {
        await using var peer = new ScriptedQmpPeer();
        var client = await peer.EstablishAsync();
        var calls = Enumerable.Range(0, 20).Select(_ => client.ExecuteAsync("wait", cancellationToken: Ct)).ToArray();
        var reading = client.Subscribe();
        var enumerating = client.Subscribe();
        var read = reading.ReadAsync(Ct).AsTask();
        await peer.PlayAsync("<- " + Samples.Stop);
        Assert.Equal("STOP", (await read).Name);
        read = reading.ReadAsync(Ct).AsTask();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => client.DisposeAsync().AsTask(), Ct)));
        Assert.Null(await client.Ended);
        Assert.Equal(1, peer.Client.Disposals);
        foreach (var call in calls)
        {
            Assert.Contains("disposed", (await Assert.ThrowsAsync<QmpConnectionException>(() => call)).Message, StringComparison.Ordinal);
        }

        await Assert.ThrowsAsync<ChannelClosedException>(() => read);
        var names = new List<string>();
        await foreach (var qmpEvent in enumerating.WithCancellation(Ct))
        {
            names.Add(qmpEvent.Name);
        }

        Assert.Equal(["STOP"], names); // what waited can still be read, then it ends
        var later = await Assert.ThrowsAsync<QmpConnectionException>(() => client.ExecuteAsync("later", cancellationToken: Ct));
        Assert.Contains("disposed", later.Message, StringComparison.Ordinal);
        await client.DisposeAsync();
    }

    [Fact]
    public async Task A_continuation_may_dispose_and_wait_for_it()
    {
        await using var peer = new ScriptedQmpPeer();
        var client = await peer.EstablishAsync();
        var calls = Enumerable.Range(0, 10).Select(_ => client.ExecuteAsync("wait", cancellationToken: Ct)
            .ContinueWith(_ => client.DisposeAsync().AsTask().Wait(Ct), Ct, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default)).ToArray();
        await peer.HangUpAsync();
        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task A_stream_that_ignores_cancellation_does_not_hold_dispose_up()
    {
        var stream = new DeafToTokensStream(Samples.Greeting, """{"return": {}, "id": 0}""");
        var client = await QmpClient.ConnectAsync(stream, "a deaf stream", cancellationToken: Ct);
        await client.DisposeAsync();
        Assert.True(stream.Closed);
    }

    [Theory]
    [InlineData("""{"return": "hunter2", "id": 1,}""")]
    [InlineData("""{"a": tru, "return": "hunter2"}""")]
    [InlineData("""{"return": "hunter2""")]
    [InlineData("""{"return": {"password": "hunter2"}, "error": {}, "id": 1}""")]
    [InlineData("""{"password": "hunter2"}""")]
    public async Task What_a_broken_reply_holds_is_neither_told_nor_logged(string reply)
    {
        var log = new CapturingLog();
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync(peer.Options with { LoggerFactory = log });
        await peer.SendAsync(reply + "\n");
        var reason = Assert.IsType<QmpProtocolException>(await client.Ended);
        await client.DisposeAsync();
        Assert.DoesNotContain("hunter2", reason.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(log.Lines, line => line.Contains("hunter2", StringComparison.Ordinal));
        Assert.Contains(log.Lines, line => line.Contains(reason.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_log_that_fails_keeps_nobody_waiting()
    {
        await using var peer = new ScriptedQmpPeer();
        var client = await peer.EstablishAsync(peer.Options with { LoggerFactory = new FailingLog() });
        using var subscription = client.Subscribe();
        var call = client.ExecuteAsync("wait", cancellationToken: Ct);
        await peer.HangUpAsync();
        await Assert.ThrowsAsync<QmpConnectionException>(() => call.WaitAsync(Patience, Ct));
        await Assert.ThrowsAsync<QmpConnectionException>(() => subscription.ReadAsync(Ct).AsTask().WaitAsync(Patience, Ct));
        await client.DisposeAsync().AsTask().WaitAsync(Patience, Ct);
        Assert.Equal(1, peer.Client.Disposals);
    }

    [Fact]
    public async Task A_pipe_that_can_only_be_disposed_at_once_is()
    {
        await using var peer = new ScriptedQmpPeer();
        var pipe = new OldPipe(peer.Client);
        var connecting = QmpClient.ConnectAsync(pipe, "the peer", peer.Options, Ct);
        await peer.PlayAsync(ScriptedQmpPeer.Greets + "\n" + ScriptedQmpPeer.Negotiates);
        await (await connecting).DisposeAsync();
        Assert.Equal(1, pipe.Disposals);
    }

    private static async Task DieAsync(ScriptedQmpPeer peer, string death)
    {
        switch (death)
        {
            case "hang up":
                await peer.HangUpAsync();
                break;
            case "break":
                await peer.HangUpAsync(new IOException("reset by peer"));
                break;
            case "junk":
                await peer.SendAsync("junk\n");
                break;
            case "greet again":
                await peer.PlayAsync(ScriptedQmpPeer.Greets);
                break;
            case "cut off":
                await peer.SendAsync("{\"return\"");
                await peer.HangUpAsync();
                break;
            case "too long":
                await peer.SendAsync(new string('x', 2001));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(death), death, null);
        }
    }

    private sealed class OldPipe(IDuplexPipe pipe) : IDuplexPipe, IDisposable
    {
        public PipeReader Input => pipe.Input;

        public PipeWriter Output => pipe.Output;

        public int Disposals { get; private set; }

        public void Dispose() => Disposals++;
    }

    // As one whose test has ended, or whose disk is full.
    private sealed class FailingLog : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == 101)
            {
                throw new InvalidOperationException("the log is gone");
            }
        }

        public void Dispose()
        {
        }
    }
}
