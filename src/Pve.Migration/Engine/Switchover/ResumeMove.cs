namespace Pve.Migration.Engine.Switchover;

/// <summary>What is done next at the commit point.</summary>
internal enum ResumeMove
{
    /// <summary>The target is told to resume. From here it only goes forward.</summary>
    Tell,

    /// <summary>It is told once more, another way where the first one was lost: that changes nothing if the first one came.</summary>
    TellAgain,

    /// <summary>It is told over its monitor, beside everything else.</summary>
    TellByMonitor,

    /// <summary>The answer is waited for; or that it is late; or the end of what goes on beside it.</summary>
    Await,

    /// <summary>The end of the resume over the monitor is waited for.</summary>
    AwaitMonitor,

    /// <summary>RESUME is waited for.</summary>
    AwaitRun,

    /// <summary>The target is asked whether the guest runs there.</summary>
    Look,

    /// <summary>It is over: <see cref="ResumeVerdict.Runs"/>.</summary>
    Runs,

    /// <summary>It is over: <see cref="ResumeVerdict.StaysPaused"/>.</summary>
    StaysPaused,

    /// <summary>It is over: <see cref="ResumeVerdict.NeverRan"/>.</summary>
    NeverRan,

    /// <summary>It is over: <see cref="ResumeVerdict.Unknown"/>.</summary>
    Unknown,

    /// <summary>It cannot be seen whether a paused guest has arrived. Nothing was sent, so that it can be given back.</summary>
    GiveUp,
}
