namespace Pve.Migration;

/// <summary>How far a migration is.</summary>
public enum MigrationPhase
{
    /// <summary>Both sides are checked and made ready; the guest runs on the source.</summary>
    Preparing,

    /// <summary>RAM is copied; the guest runs on the source.</summary>
    Copying,

    /// <summary>The guest is paused; the source can still have it back.</summary>
    SwitchingOver,

    /// <summary>The target was told to resume: from here it only goes forward.</summary>
    Committing,

    /// <summary>The guest runs on the target; what could wait is done now.</summary>
    CleaningUp,

    /// <summary>The target is ended and the guest given back to the source.</summary>
    RollingBack,

    /// <summary>The outcome is known, as far as it can be.</summary>
    Ended,
}
