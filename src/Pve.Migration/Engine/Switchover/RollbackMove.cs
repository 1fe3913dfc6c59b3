namespace Pve.Migration.Engine.Switchover;

/// <summary>What is done next where the guest is to be given back to the source.</summary>
internal enum RollbackMove
{
    /// <summary>It is asked whether the source lives.</summary>
    SeeSource,

    /// <summary>The target is ended, and that proven.</summary>
    EndTarget,

    /// <summary>Its right to run the guest is taken away, where that can be.</summary>
    Revoke,

    /// <summary>What its monitor said last is read.</summary>
    HearOut,

    /// <summary>It is noted that the guest goes back, which a recovery takes for proof that it has not run on the target.</summary>
    Note,

    /// <summary>The source is asked what its guest does.</summary>
    AskSource,

    /// <summary>It is asked what has become of its stream, and with it of the guest.</summary>
    AskStream,

    /// <summary>What was done is undone in reverse. A paused guest goes on only where the target is harmless.</summary>
    Undo,

    /// <summary>It is over: the guest is the source's, as it was.</summary>
    GivenBack,

    /// <summary>It is over: QEMU let the guest go on by itself, and the target, which nobody told to run, may have all of it.</summary>
    Ghost,

    /// <summary>It is over: the guest was seen running on the target, which is noted.</summary>
    HasLeft,

    /// <summary>It is over: the source does not answer, and the target, which may be all there is, is left as it is.</summary>
    KeepTarget,

    /// <summary>It is over: the target may live, have all of the guest, and be let run.</summary>
    Unproven,

    /// <summary>It is over: nobody heard whether the guest ran on the target before its end.</summary>
    Unheard,

    /// <summary>It is over: the source does not answer.</summary>
    Silent,

    /// <summary>It is over: what guards the guest was not undone, so that it was not continued.</summary>
    Unguarded,

    /// <summary>It is over: the guest does not go on on the source.</summary>
    Stuck,
}
