namespace Pve.Chaos.Scenarios;

/// <summary>What a scenario's migration has that others do not have.</summary>
internal enum Kind
{
    /// <summary>Nothing.</summary>
    Plain,

    /// <summary>Both QEMUs speak TLS with each other.</summary>
    Tls,

    /// <summary>The target has an older state of the disk, and a bitmap tells what to copy.</summary>
    Replica,

    /// <summary>The guest goes ahead of its RAM.</summary>
    PostCopy,

    /// <summary>A watchdog looks after the pause at <c>pre-switchover</c>.</summary>
    Watchdog,

    /// <summary>The source's QEMU is ended once its guest has left.</summary>
    EndsSource,

    /// <summary>Who migrates is killed, and so is who recovers.</summary>
    Recovery,
}
