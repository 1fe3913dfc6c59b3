namespace LiveMigration.Crashes;

/// <summary>What <c>--chaos</c> does.</summary>
internal enum ChaosFault
{
    KillSource,
    KillTarget,

    /// <summary>For two seconds.</summary>
    FreezeSource,

    /// <summary>For two seconds.</summary>
    FreezeTarget,

    /// <summary>This program ends on the spot, as by SIGKILL, and leaves both QEMUs.</summary>
    Crash,
}
