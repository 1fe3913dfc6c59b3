namespace Pve.Migration.Engine.Switchover;

/// <summary>What follows a resume.</summary>
internal enum Aftermath
{
    /// <summary>The guest is the target's: what could wait is done, and the source may be ended.</summary>
    Finish,

    /// <summary>The source has it back, once the target is harmless.</summary>
    GoBack,

    /// <summary>The target's right to run it is taken away, where that can be.</summary>
    Revoke,

    /// <summary>Nothing: it may have run on the target, so that both sides are left as they are.</summary>
    Leave,

    /// <summary>Nothing: each side has a part of it.</summary>
    Tear,
}
