namespace Pve.Migration.Tunnel;

internal enum MtunnelFaultCause
{
    ConnectionLost,
    Greeting,
    NoReply,
    Refused,
    Protocol,

    // by us: quit or disposed
    Closed,
}
