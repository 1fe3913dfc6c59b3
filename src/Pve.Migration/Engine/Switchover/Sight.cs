namespace Pve.Migration.Engine.Switchover;

/// <summary>What was seen of a guest when it was last looked at.</summary>
internal enum Sight
{
    /// <summary>Nobody has looked.</summary>
    None,

    /// <summary>It runs.</summary>
    Runs,

    /// <summary>It stands still, and would go on if it were told to.</summary>
    Stands,

    /// <summary>It stands still by its own doing.</summary>
    Rests,

    /// <summary>It has ended by its own doing, and its QEMU with it.</summary>
    Ended,

    /// <summary>Nobody answers.</summary>
    Silent,
}
