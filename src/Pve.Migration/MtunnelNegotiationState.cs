namespace Pve.Migration;

/// <summary>How far a negotiation has come.</summary>
public enum MtunnelNegotiationState
{
    /// <summary>Nothing was said yet.</summary>
    AwaitingGreeting,

    /// <summary>The peer is online; its version is not known.</summary>
    AwaitingVersion,

    /// <summary>The dialect is decided.</summary>
    Agreed,

    /// <summary>There is no tunnel, see <see cref="MtunnelNegotiation.Failure"/>.</summary>
    Failed,
}
