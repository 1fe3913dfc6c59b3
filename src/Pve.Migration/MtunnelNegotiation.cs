using Pve.Migration.Tunnel;

namespace Pve.Migration;

/// <summary>
/// Decides which dialect a client speaks, from what the peer says, its silence and its end. Pure: no I/O, no clock.
/// Source: the greeting of Proxmox VE's <c>qm mtunnel</c>.
/// </summary>
/// <remarks>
/// <code>
/// state             line "tunnel online"  line "no quorum"  line "ver N"                 other line  silence      end
/// AwaitingGreeting  AwaitingVersion       NoQuorum          Junk                         Junk        TimedOut     EndOfStream
/// AwaitingVersion   Junk                  Junk              N=0: V0, N=1: V1, else Newer Junk        V0           EndOfStream
/// Agreed, Failed    illegal: throws and changes nothing
/// </code>
/// A peer that announces N >= 2 is not spoken to in v1: whoever announces it expects JSON from then on (Proxmox VE's own client
/// switches at exactly that line), and a v1 command would be an unparsable line to it. Until this library has that codec the
/// honest answer is a failure with a name.
/// </remarks>
public sealed class MtunnelNegotiation
{
    /// <summary>How far it has come.</summary>
    public MtunnelNegotiationState State { get; private set; }

    /// <summary>The dialect, once <see cref="State"/> is <see cref="MtunnelNegotiationState.Agreed"/>.</summary>
    public MtunnelDialect? Dialect { get; private set; }

    /// <summary>Why there is no tunnel, once <see cref="State"/> is <see cref="MtunnelNegotiationState.Failed"/>.</summary>
    public MtunnelGreetingFailure? Failure { get; private set; }

    /// <summary>The same for a human, in one line.</summary>
    public string? FailureText { get; private set; }

    /// <summary>The peer said a line, given without its LF. Exact and case sensitive: a CR is part of the line.</summary>
    /// <exception cref="InvalidOperationException">The negotiation is over.</exception>
    public MtunnelNegotiationState OnLine(ReadOnlySpan<byte> line) => State switch
    {
        MtunnelNegotiationState.AwaitingGreeting when line.SequenceEqual("tunnel online"u8) => State = MtunnelNegotiationState.AwaitingVersion,
        MtunnelNegotiationState.AwaitingGreeting when line.SequenceEqual("no quorum"u8) =>
            Fail(MtunnelGreetingFailure.NoQuorum, "the target node has no quorum"),
        MtunnelNegotiationState.AwaitingGreeting =>
            Fail(MtunnelGreetingFailure.Junk, $"expected 'tunnel online', got {WireText.Quote(line)} (does the login shell there print something?)"),
        MtunnelNegotiationState.AwaitingVersion when TryReadVersion(line, out int version) => Choose(version),
        MtunnelNegotiationState.AwaitingVersion =>
            Fail(MtunnelGreetingFailure.Junk, $"expected 'ver N', got {WireText.Quote(line)}"),
        _ => throw Illegal("a line"),
    };

    /// <summary>The deadline for what is awaited has passed. No version line is no error: it is how v0 sounds.</summary>
    /// <exception cref="InvalidOperationException">The negotiation is over.</exception>
    public MtunnelNegotiationState OnSilence() => State switch
    {
        MtunnelNegotiationState.AwaitingGreeting => Fail(MtunnelGreetingFailure.TimedOut, "no greeting in time"),
        MtunnelNegotiationState.AwaitingVersion => Agree(MtunnelDialect.V0),
        _ => throw Illegal("silence"),
    };

    /// <summary>The stream ended; <paramref name="tail"/> is what came after the last LF.</summary>
    /// <exception cref="InvalidOperationException">The negotiation is over.</exception>
    public MtunnelNegotiationState OnEnd(ReadOnlySpan<byte> tail)
    {
        string cutOff = tail.IsEmpty ? "" : $", in the middle of {WireText.Quote(tail)}";
        return State switch
        {
            MtunnelNegotiationState.AwaitingGreeting => Fail(MtunnelGreetingFailure.EndOfStream, $"the stream ended before the greeting{cutOff}"),
            MtunnelNegotiationState.AwaitingVersion => Fail(MtunnelGreetingFailure.EndOfStream, $"the stream ended before the version{cutOff}"),
            _ => throw Illegal("the end"),
        };
    }

    private MtunnelNegotiationState Choose(int version) => version switch
    {
        0 => Agree(MtunnelDialect.V0),
        1 => Agree(MtunnelDialect.V1),
        _ => Fail(MtunnelGreetingFailure.NewerDialect, $"the peer speaks dialect {(version == int.MaxValue ? "of an absurd number" : version)}, this library knows 0 and 1"),
    };

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
