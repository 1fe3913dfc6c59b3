namespace Pve.Migration.Tunnel;

internal enum MtunnelCommandKind
{
    // not a command of the dialect: read, and never answered
    Ignored,
    Quit,
    Resume,
    ResumeOutOfRange,
}
