using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using CsCheck;
using Pve.Qmp.Tests.Talk;

namespace Pve.Qmp.Tests.Fuzz;

/// <summary>
/// Whatever a peer sends, a conversation ends with a reason that reaches everyone, and nothing hangs. 20,000 inputs each; PVE_FUZZ_INPUTS
/// says how many else. A failure prints the seed that makes it again (CsCheck_Seed).
/// </summary>
public sealed class ConversationFuzzTests
{
    private const string Negotiated = """{"return": {}, "id": 0}""" + "\n";

    private const int Together = 16; // they mostly wait for each other's threads

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30); // an input takes microseconds; only a hang takes this long

    private static readonly long Inputs = long.Parse(Environment.GetEnvironmentVariable("PVE_FUZZ_INPUTS") ?? "20000", CultureInfo.InvariantCulture);

    private static readonly string[] Messages =
    [
        .. Samples.All,
        """{"return": {"status": "running", "running": true}, "id": 1}""",
        """{"return": [1, {"a": "\ud83d\ude00"}, null, 1e400], "id": 2}""",
        """{"return": {}, "id": 3}""",
        """{"return": {}, "id": "1"}""",
        """{"return": {}, "id": 1.5}""",
        """{"return": {}}""",
        """{"error": {}, "id": 2}""",
        """{"error": null, "id": 3}""",
        """{"id": 1, "error": {"class": 5, "desc": []}}""",
        """{"event": "STOP", "data": null, "timestamp": {}}""",
        """{"event": "\ud800", "data": {}}""",
        """{"event": "E", "timestamp": {"seconds": 253402300800, "microseconds": 9223372036854775807}}""",
        """{"event": "E", "event": "F", "return": 1}""",
        "{}", "[]", "null", "\"\"", "0", "\r", "", "\t ",
    ];

    private static readonly Gen<byte[]> Whole = Gen.Int[0, Messages.Length - 1].Select(i => Messages[i]).Select(text => Encoding.UTF8.GetBytes(text + "\r\n"));

    private static readonly Gen<byte[]> Nested = Gen.Select(Gen.Int[1, 3000], Gen.Bool, Gen.Bool).Select((depth, closed, inReturn) => Encoding.UTF8.GetBytes(
        (inReturn ? "{\"return\": " : "") + new string('[', depth) + (closed ? new string(']', depth) + (inReturn ? ", \"id\": 1}" : "") : "") + "\n"));

    private static readonly Gen<byte[]> Long = Gen.Int[1, 9000].Select(length => Encoding.UTF8.GetBytes($$"""{"return": "{{new string('x', length)}}", "id": 2}""" + "\n"));

    private static readonly Gen<byte[]> Input = Gen.Frequency((6, Whole), (4, FuzzBytes.Spoilt(Whole)), (1, FuzzBytes.Noise), (1, Nested), (1, Long)).Array[0, 8].Select(parts => parts.SelectMany(part => part).ToArray());

    /// <summary>An input, and how large the pieces are that it comes in.</summary>
    private static readonly Gen<(byte[] Bytes, int Piece)> Sent = Gen.Select(Input, FuzzBytes.Piece);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public Task After_the_handshake_everyone_is_told_one_end() => Sent.SampleAsync(async sent =>
    {
        var peer = new BytePeer();
        var connecting = QmpClient.ConnectAsync(peer.Client, "fuzz", new QmpClientOptions { MaxMessageBytes = 8000 }, Ct);
        await peer.SayAsync(Encoding.UTF8.GetBytes(Samples.Greeting + "\n" + Negotiated), int.MaxValue);
        await using var client = await connecting;
        using var events = client.Subscribe(new QmpSubscriptionOptions { Capacity = 2, Overflow = QmpOverflow.Fail });
        using var waiting = client.Subscribe(new QmpSubscriptionOptions { Overflow = QmpOverflow.Wait });
        var status = client.TryExecuteAsync(QmpCommands.QueryStatus, cancellationToken: Ct);
        var raw = client.TryExecuteAsync("raw", cancellationToken: Ct);
        var nothing = client.TryExecuteAsync(QmpCommands.Stop, cancellationToken: Ct);
        await peer.SayAsync(sent.Bytes, sent.Piece);
        await peer.HangUpAsync();

        var reason = await client.Ended.WaitAsync(Patience, Ct);
        Assert.NotNull(reason);
        Assert.False(reason.ConnectionUsable);
        IsReasonOrOwn((await status.WaitAsync(Patience, Ct)).Failure, reason);
        IsReasonOrOwn((await raw.WaitAsync(Patience, Ct)).Failure, reason);
        IsReasonOrOwn((await nothing.WaitAsync(Patience, Ct)).Failure, reason);
        Assert.Same(reason, await DrainAsync(waiting).WaitAsync(Patience, Ct));
        Assert.True(await DrainAsync(events).WaitAsync(Patience, Ct) is QmpEventOverflowException or QmpConnectionException or QmpProtocolException);
    }, iter: Inputs, threads: Together);

    [Fact]
    public Task Instead_of_a_greeting_it_is_a_failure_to_connect() => Sent.SampleAsync(async sent =>
    {
        var peer = new BytePeer();
        var connecting = QmpClient.ConnectAsync(peer.Client, "fuzz", new QmpClientOptions { MaxMessageBytes = 8000 }, Ct);
        await peer.SayAsync(sent.Bytes, sent.Piece);
        await peer.HangUpAsync();
        try
        {
            await using var client = await connecting.WaitAsync(Patience, Ct); // the input may greet and negotiate by chance
            Assert.NotNull(await client.Ended.WaitAsync(Patience, Ct));
        }
        catch (QmpException e)
        {
            Assert.False(e.ConnectionUsable);
        }
    }, iter: Inputs, threads: Together);

    // A call has its answer, or a failure of its own, or the end's reason.
    private static void IsReasonOrOwn(QmpException? failure, QmpException reason)
        => Assert.True(failure is null || failure.ConnectionUsable || ReferenceEquals(failure, reason), $"{failure} is neither its own failure nor {reason}");

    private static async Task<QmpException?> DrainAsync(QmpEventSubscription subscription)
    {
        try
        {
            while (true)
            {
                var qmpEvent = await subscription.ReadAsync(Ct);
                Assert.NotEqual("", qmpEvent.Data.ValueKind.ToString());
            }
        }
        catch (QmpException reason)
        {
            return reason;
        }
    }

    private sealed class BytePeer
    {
        private readonly Pipe _toServer = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
        private readonly Pipe _toClient = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));

        public BytePeer() => Client = new ScriptedQmpPeer.Duplex(_toClient.Reader, _toServer.Writer);

        public ScriptedQmpPeer.Duplex Client { get; }

        public async Task SayAsync(byte[] bytes, int piece)
        {
            for (var at = 0; at < bytes.Length; at += Math.Min(piece, bytes.Length - at))
            {
                await _toClient.Writer.WriteAsync(bytes.AsMemory(at, Math.Min(piece, bytes.Length - at)), Ct);
            }
        }

        public ValueTask HangUpAsync() => _toClient.Writer.CompleteAsync();
    }
}
