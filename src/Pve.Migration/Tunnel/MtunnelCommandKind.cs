namespace Pve.Migration.Tunnel;

internal enum MtunnelCommandKind
{
    // not a command of the dialect: read, and never answered
    Ignored,
    Quit,
    Resume,
    ResumeOutOfRange,

    // v2: any by its name
    Named,

    // v2: no command, and answered by an error
    Malformed,
}
