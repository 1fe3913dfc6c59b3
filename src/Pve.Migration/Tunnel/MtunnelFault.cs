namespace Pve.Migration.Tunnel;

// Why a tunnel carries no more commands.
internal sealed record MtunnelFault(MtunnelFaultCause Cause, string Reason)
{
    // an end we asked for is none
    public bool IsFault => Cause != MtunnelFaultCause.Closed;

    // what a call gets that has sent nothing yet
    public MtunnelException ToException() => Cause == MtunnelFaultCause.ConnectionLost
        ? new MtunnelConnectionException(Reason)
        : new MtunnelFaultedException(Reason);
}
