namespace Pve.Migration.Engine.Recovery;

/// <summary>What the source's monitor says of the guest.</summary>
internal enum SourceView
{
    /// <summary>It runs.</summary>
    Runs,

    /// <summary>It is there and does not run; while its stream is under way QEMU may let it go on by itself, should that fail.</summary>
    Paused,

    /// <summary>Its stream is complete: it does not run, and never does by itself.</summary>
    Finished,

    /// <summary>The guest went ahead of its RAM, part of which is still here alone.</summary>
    Torn,

    /// <summary>Nobody answers.</summary>
    Unreachable,
}
