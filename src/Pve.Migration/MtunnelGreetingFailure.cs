namespace Pve.Migration;

/// <summary>Why a tunnel never came to be.</summary>
public enum MtunnelGreetingFailure
{
    /// <summary>The peer said <c>no quorum</c>: its node may not take a VM now.</summary>
    NoQuorum,

    /// <summary>The peer said something that is neither a greeting nor a version.</summary>
    Junk,

    /// <summary>The stream ended before the peer had said what it must.</summary>
    EndOfStream,

    /// <summary>The peer did not greet in time.</summary>
    TimedOut,

    /// <summary>The peer no longer understands the dialect this library speaks: this end is too old.</summary>
    NewerDialect,

    /// <summary>The peer does not understand the dialect this library speaks yet: the other end is too old.</summary>
    OlderDialect,
}
