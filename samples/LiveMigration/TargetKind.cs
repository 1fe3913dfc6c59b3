namespace LiveMigration;

/// <summary>How the target is told what to do.</summary>
internal enum TargetKind
{
    Tunnel,
    SshCommands,
    Local,
}
