namespace Pve.Chaos.Scenarios;

/// <summary>What strikes.</summary>
internal enum Fault
{
    /// <summary>SIGKILL.</summary>
    Kill,

    /// <summary>SIGSTOP, and SIGCONT later.</summary>
    Freeze,

    /// <summary>The connection is cut, and no other is let through for a while.</summary>
    Cut,
}
