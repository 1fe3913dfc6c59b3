namespace Pve.Migration.Tunnel;

internal enum MtunnelReplyKind
{
    Ok,
    Refused,

    // not a reply of the dialect
    Unreadable,
}
