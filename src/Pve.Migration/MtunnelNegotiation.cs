using System.Text.Json;
using Pve.Migration.Tunnel;

namespace Pve.Migration;

/// <summary>
/// Decides which dialect a client speaks, from what the peer says, its silence and its end. Pure: no I/O, no clock.
/// Source: the greeting of Proxmox VE's <c>qm mtunnel</c>.
/// </summary>
/// <remarks>
/// <code>
/// state             line "tunnel online"  line "no quorum"  line "ver N"                       other line  silence      end
/// AwaitingGreeting  AwaitingVersion       NoQuorum          Junk                               Junk        TimedOut     EndOfStream
/// AwaitingVersion   Junk                  Junk              0: V0, 1: V1, from 2: AwaitingApi  Junk        V0           EndOfStream
/// AwaitingApi       Junk                  Junk              Junk                               see below   TimedOut     EndOfStream
/// Agreed, Failed    illegal: throws and changes nothing
/// </code>
/// A peer that announces N >= 2 expects JSON from then on, as Proxmox VE's own client speaks it from exactly that line; it is sent
/// <c>version</c>, and its answer <c>{"success":true,"api":A,"age":G}</c> is V2 where A - G &lt;= 2 &lt;= A, else
/// <see cref="MtunnelGreetingFailure.NewerDialect"/> or <see cref="MtunnelGreetingFailure.OlderDialect"/>. Over a WebSocket nobody greets, and
/// this comes first. Our own servers add <c>"capabilities"</c> to that answer.
/// </remarks>
public sealed class MtunnelNegotiation
{
    private readonly MtunnelDialect _highest = MtunnelDialect.V2;
    private string[] _capabilities = [];

    /// <summary>Begins where the peer greets, as over ssh.</summary>
    public MtunnelNegotiation()
    {
    }

    /// <summary>Begins where the peer greets, for a client that speaks no dialect above <paramref name="highest"/>.</summary>
    public MtunnelNegotiation(MtunnelDialect highest) => _highest = highest;

    private MtunnelNegotiation(MtunnelNegotiationState state) => State = state;

    // what a peer may quote and nobody may read
    internal string[] Secrets { get; init; } = [];

    /// <summary>How far it has come.</summary>
    public MtunnelNegotiationState State { get; private set; }

    /// <summary>What the peer can do beyond its dialect, once that is <see cref="MtunnelDialect.V2"/>; empty for Proxmox VE's.</summary>
    public IReadOnlyCollection<string> Capabilities => _capabilities;

    /// <summary>The dialect, once <see cref="State"/> is <see cref="MtunnelNegotiationState.Agreed"/>.</summary>
    public MtunnelDialect? Dialect { get; private set; }

    /// <summary>Why there is no tunnel, once <see cref="State"/> is <see cref="MtunnelNegotiationState.Failed"/>.</summary>
    public MtunnelGreetingFailure? Failure { get; private set; }

    /// <summary>The same for a human, in one line.</summary>
    public string? FailureText { get; private set; }

    /// <summary>Begins where nobody greets, as over a WebSocket: the client sends <c>version</c>, and the peer answers.</summary>
    public static MtunnelNegotiation WithoutGreeting() => WithoutGreeting([]);

    internal static MtunnelNegotiation WithoutGreeting(string[] secrets) => new(MtunnelNegotiationState.AwaitingApi) { Secrets = secrets };

    /// <summary>The peer said a line, given without its LF. Exact and case sensitive: a CR is part of the line.</summary>
    /// <exception cref="InvalidOperationException">The negotiation is over.</exception>
    public MtunnelNegotiationState OnLine(ReadOnlySpan<byte> line) => State switch
    {
        MtunnelNegotiationState.AwaitingGreeting when line.SequenceEqual("tunnel online"u8) => State = MtunnelNegotiationState.AwaitingVersion,
        MtunnelNegotiationState.AwaitingGreeting when line.SequenceEqual("no quorum"u8) =>
            Fail(MtunnelGreetingFailure.NoQuorum, "the target node has no quorum"),
        MtunnelNegotiationState.AwaitingGreeting =>
            Fail(MtunnelGreetingFailure.Junk, $"expected 'tunnel online', got {WireText.Quote(line, Secrets)} (does the login shell there print something?)"),
        MtunnelNegotiationState.AwaitingVersion when TryReadVersion(line, out int version) => Choose(version),
        MtunnelNegotiationState.AwaitingVersion =>
            Fail(MtunnelGreetingFailure.Junk, $"expected 'ver N', got {WireText.Quote(line, Secrets)}"),
        MtunnelNegotiationState.AwaitingApi => OnApi(MtunnelCodecV2.Instance.ReadReply(line, Secrets), line),
        _ => throw Illegal("a line"),
    };

    /// <summary>The deadline for what is awaited has passed. No version line is no error: it is how v0 sounds.</summary>
    /// <exception cref="InvalidOperationException">The negotiation is over.</exception>
    public MtunnelNegotiationState OnSilence() => State switch
    {
        MtunnelNegotiationState.AwaitingGreeting => Fail(MtunnelGreetingFailure.TimedOut, "no greeting in time"),
        MtunnelNegotiationState.AwaitingVersion => Agree(MtunnelDialect.V0),
        MtunnelNegotiationState.AwaitingApi => Fail(MtunnelGreetingFailure.TimedOut, "no answer to 'version' in time"),
        _ => throw Illegal("silence"),
    };

    /// <summary>The stream ended; <paramref name="tail"/> is what came after the last LF.</summary>
    /// <exception cref="InvalidOperationException">The negotiation is over.</exception>
    public MtunnelNegotiationState OnEnd(ReadOnlySpan<byte> tail)
    {
        string cutOff = tail.IsEmpty ? "" : $", in the middle of {WireText.Quote(tail, Secrets)}";
        return State switch
        {
            MtunnelNegotiationState.AwaitingGreeting => Fail(MtunnelGreetingFailure.EndOfStream, $"the stream ended before the greeting{cutOff}"),
            MtunnelNegotiationState.AwaitingVersion => Fail(MtunnelGreetingFailure.EndOfStream, $"the stream ended before the version{cutOff}"),
            MtunnelNegotiationState.AwaitingApi => Fail(MtunnelGreetingFailure.EndOfStream, $"the stream ended before the answer to 'version'{cutOff}"),
            _ => throw Illegal("the end"),
        };
    }

    private MtunnelNegotiationState Choose(int version) => version switch
    {
        _ when version == 0 || _highest == MtunnelDialect.V0 => Agree(MtunnelDialect.V0), // a v0 client hears no version
        1 => Agree(MtunnelDialect.V1),
        _ when _highest == MtunnelDialect.V1 =>
            Fail(MtunnelGreetingFailure.NewerDialect, "the peer expects JSON, which this client was told not to speak"),
        _ => State = MtunnelNegotiationState.AwaitingApi,
    };

    private MtunnelNegotiationState OnApi(MtunnelReply reply, ReadOnlySpan<byte> line)
    {
        if (reply.Kind == MtunnelReplyKind.Refused)
        {
            return Fail(MtunnelGreetingFailure.Junk, $"the peer refused 'version': {reply.Text}");
        }

        if (reply.Kind != MtunnelReplyKind.Ok || Number(reply.Result, "api") is not { } api || Number(reply.Result, "age") is not { } age)
        {
            return Fail(MtunnelGreetingFailure.Junk, $"expected the answer to 'version', got {WireText.Quote(line, Secrets)}");
        }

        if (api < MtunnelVocabulary.Api)
        {
            return Fail(MtunnelGreetingFailure.OlderDialect, $"the peer speaks version {api}, this library {MtunnelVocabulary.Api}: upgrade the other end");
        }

        if (api - age > MtunnelVocabulary.Api)
        {
            return Fail(MtunnelGreetingFailure.NewerDialect,
                $"the peer speaks versions {api - age} to {api}, this library {MtunnelVocabulary.Api}: upgrade this end");
        }

        _capabilities = reply.Result.TryGetProperty("capabilities", out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)]
            : [];
        return Agree(MtunnelDialect.V2);
    }

    private static long? Number(JsonElement reply, string name) => reply.TryGetProperty(name, out var value) ? WireValue.Number(value) : null;

    private MtunnelNegotiationState Agree(MtunnelDialect dialect)
    {
        Dialect = dialect;
        return State = MtunnelNegotiationState.Agreed;
    }

    private MtunnelNegotiationState Fail(MtunnelGreetingFailure failure, string text)
    {
        Failure = failure;
        FailureText = text;
        return State = MtunnelNegotiationState.Failed;
    }

    private InvalidOperationException Illegal(string what) => new($"{what} after the negotiation is {State}");

    // "ver" SP 1*DIGIT; a number too long to count is newer than anything
    private static bool TryReadVersion(ReadOnlySpan<byte> line, out int version)
    {
        version = 0;
        if (!line.StartsWith("ver "u8) || line.Length == 4)
        {
            return false;
        }

        ReadOnlySpan<byte> digits = line[4..];
        if (digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return false;
        }

        version = int.TryParse(digits, out int number) ? number : int.MaxValue;
        return true;
    }
}
