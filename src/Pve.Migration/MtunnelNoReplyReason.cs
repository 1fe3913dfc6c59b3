namespace Pve.Migration;

/// <summary>Why a command has no answer.</summary>
public enum MtunnelNoReplyReason
{
    /// <summary>The deadline of the exchange passed.</summary>
    TimedOut,

    /// <summary>The connection broke, or the tunnel was disposed, while the answer was awaited.</summary>
    ConnectionLost,

    /// <summary>The caller stopped waiting.</summary>
    Cancelled,

    /// <summary>A line came that is no answer of the dialect.</summary>
    Unreadable,
}
