namespace Pve.Migration.Engine.Recovery;

/// <summary>What a recovery does.</summary>
internal enum RecoveryMove
{
    /// <summary>Nothing: it cannot be proven what is safe.</summary>
    Ask,

    /// <summary>The target is proven dead, then the guest is given back to the source.</summary>
    Back,

    /// <summary>As <see cref="Back"/>; but nothing lets the target run, so that one that cannot be proven dead is only warned of.</summary>
    KeepOnSource,

    /// <summary>The target is told to resume, once more perhaps.</summary>
    Forward,

    /// <summary>The guest runs on the target: what is left is cleaned up.</summary>
    Finish,
}
