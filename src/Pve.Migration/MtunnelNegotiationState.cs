namespace Pve.Migration;

/// <summary>How far a negotiation has come.</summary>
public enum MtunnelNegotiationState
{
    /// <summary>Nothing was said yet.</summary>
    AwaitingGreeting,

    /// <summary>The peer is online; its version is not known.</summary>
    AwaitingVersion,

    /// <summary>The peer speaks JSON; the answer to the command <c>version</c> is awaited, which the client has to send.</summary>
    AwaitingApi,

    /// <summary>The dialect is decided.</summary>
    Agreed,

    /// <summary>There is no tunnel, see <see cref="MtunnelNegotiation.Failure"/>.</summary>
    Failed,
}
