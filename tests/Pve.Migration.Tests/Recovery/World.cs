using Pve.Migration.Engine.Recovery;

namespace Pve.Migration.Tests.Recovery;

/// <summary>Everything that matters at a switchover: both guests, what is on its way, the migrator, and what it has noted.</summary>
internal readonly record struct World
{
    public enum Qemu
    {
        Runs,       // source: before the stop, or given back; target: resumed
        Waits,      // target: nothing loaded
        Sends,      // source: stopped, its stream not acknowledged
        Complete,   // source: acknowledged; target: loaded
        Dead,
    }

    public enum Migrator
    {
        Copies,     // until the source has stopped
        Watches,    // until both sides are complete
        Commits,    // both are complete, the resume is not sent
        Resumes,    // it is sent
        GoesBack,   // the target has to die before the source goes on
        GivesBack,  // it is dead
        Crashed,
        Migrated,
        RolledBack,
        Asks,
    }

    public Qemu Source { get; init; }

    public Qemu Target { get; init; }

    public Migrator Now { get; init; }

    public JournalStage Noted { get; init; }

    /// <summary>The source's last bytes are in the target's socket, whatever becomes of the source.</summary>
    public bool IsStreamSent { get; init; }

    public bool IsResumeUnderWay { get; init; }

    public bool HasRunOnTarget { get; init; }

    /// <summary>It did so beside a migrator that has watched since: what its monitor said is read to the last word, and one that was lost counts as much.</summary>
    public bool WasHeard { get; init; }

    /// <summary>Whether the target has used its right to run the guest, or has lost it.</summary>
    public bool IsClaimed { get; init; }

    public bool IsRevoked { get; init; }

    public bool IsSourceCutOff { get; init; }

    public bool IsTargetCutOff { get; init; }

    /// <summary>Whether something has died, or was cut off, that no migrator answers for.</summary>
    public bool HasSuffered { get; init; }

    public static World Start { get; } = new() { Source = Qemu.Runs, Target = Qemu.Waits, Now = Migrator.Copies, Noted = JournalStage.Preparing };

    /// <summary>Nothing follows: one that asks may be taken up again, whatever happens in between.</summary>
    public bool IsOver => Now is Migrator.Migrated or Migrator.RolledBack;

    public SourceView SourceView => (IsSourceCutOff, Source) switch
    {
        (true, _) or (_, Qemu.Dead) => SourceView.Unreachable,
        (_, Qemu.Runs) => SourceView.Runs,
        (_, Qemu.Complete) => SourceView.Finished,
        _ => SourceView.Paused,
    };

    public TargetView TargetView => (IsTargetCutOff, Target) switch
    {
        (true, _) or (_, Qemu.Dead) => TargetView.Unreachable,
        (_, Qemu.Runs) => TargetView.Runs,
        (_, Qemu.Complete) => TargetView.Loaded,
        _ => TargetView.Waits,
    };

    /// <summary>What must never be; null where all is well.</summary>
    public string? Violation
    {
        get
        {
            if (Source == Qemu.Runs && Target == Qemu.Runs)
            {
                return "two guests run";
            }

            if (Source == Qemu.Runs && HasRunOnTarget)
            {
                return "the source's guest went on, though it had run on the target";
            }

            if (Now == Migrator.RolledBack && Target != Qemu.Dead && IsStreamSent && !IsRevoked)
            {
                return "a ghost is left that anybody could resume";
            }

            if (HasSuffered)
            {
                return null; // what is lost with a QEMU is lost
            }

            if (Source == Qemu.Dead && Target is Qemu.Waits or Qemu.Dead)
            {
                return "no guest is left";
            }

            if (Now == Migrator.RolledBack && Target != Qemu.Dead && !IsRevoked)
            {
                return "a ghost is left that anybody could resume";
            }

            // A migrator that ended the target, and crashed before it had noted that, leaves the source for people to decide.
            return !(IsOver || Now == Migrator.Asks) || Source == Qemu.Runs || Target is Qemu.Runs or Qemu.Dead ? null : "nothing has died, and no guest runs";
        }
    }
}
