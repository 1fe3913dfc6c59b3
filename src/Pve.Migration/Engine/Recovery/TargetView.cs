namespace Pve.Migration.Engine.Recovery;

/// <summary>What the target's monitor, or the target itself, says of the guest.</summary>
internal enum TargetView
{
    /// <summary>It runs.</summary>
    Runs,

    /// <summary>It was loaded whole and does not run.</summary>
    Loaded,

    /// <summary>It surely does not run, and has not run; whether it was loaded is not known, or it was not.</summary>
    Waits,

    /// <summary>It does not run, and may have run: it was loaded, and then ended or broke down.</summary>
    Stood,

    /// <summary>Nobody answers: the QEMU may be gone, or out of reach.</summary>
    Unreachable,
}
