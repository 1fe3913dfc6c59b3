using Pve.Migration.Engine.Recovery;
using Pve.Migration.Engine.Switchover;

namespace Pve.Migration.Tests.Recovery;

/// <summary>Everything that matters at a switchover: both guests, what is on its way, the migrator, what it knows, and what it has noted.</summary>
internal readonly record struct World
{
    public enum Qemu : byte
    {
        Runs,       // source: before the stop, or given back; target: resumed
        Waits,      // target: nothing loaded
        Sends,      // source: stopped, its stream not acknowledged
        Complete,   // source: acknowledged; target: loaded
        Dead,
    }

    public enum Migrator : byte
    {
        Copies,     // until the source has stopped
        Watches,    // until both sides are complete
        Commits,    // both are complete, nothing is sent
        Resumes,    // as the engine's rule says
        GoesBack,   // as the engine's rule says
        Crashed,
        Migrated,
        RolledBack,
        Asks,
    }

    public Qemu Source { get; init; }

    public Qemu Target { get; init; }

    public Migrator Now { get; init; }

    public JournalStage Noted { get; init; }

    /// <summary>What the migrator knows of the resume, and of its way back.</summary>
    public ResumeKnowledge Resume { get; init; }

    public RollbackKnowledge Rollback { get; init; }

    /// <summary>Whether it is a recovery, so that an earlier one may have told the target as well.</summary>
    public bool IsTakenUp { get; init; }

    /// <summary>Whether it listens to the target's monitor.</summary>
    public bool IsWatched { get; init; }

    /// <summary>The source's last bytes are in the target's socket, whatever becomes of the source.</summary>
    public bool IsStreamSent { get; init; }

    /// <summary>The source sends no more of it.</summary>
    public bool IsCancelled { get; init; }

    public bool IsResumeUnderWay { get; init; }

    public bool HasRunOnTarget { get; init; }

    /// <summary>Whether the target's monitor has told this migrator of that; before, it may be on its way.</summary>
    public bool IsHeard { get; init; }

    public bool IsTold { get; init; }

    /// <summary>Whether this migrator's connection to the target's monitor is lost, and what was on its way there.</summary>
    public bool IsDeaf { get; init; }

    /// <summary>Whether the target has used its right to run the guest, or has lost it.</summary>
    public bool IsClaimed { get; init; }

    public bool IsRevoked { get; init; }

    public bool IsSourceCutOff { get; init; }

    /// <summary>Nothing comes from there, and nothing that is done there can be proven.</summary>
    public bool IsTargetCutOff { get; init; }

    /// <summary>Whether something has died, was cut off or was lost, that no migrator answers for.</summary>
    public bool HasSuffered { get; init; }

    /// <summary>Nothing follows: one that asks may be taken up again, whatever happens in between.</summary>
    public bool IsOver => Now is Migrator.Migrated or Migrator.RolledBack;

    /// <summary>Whether a migrator is at work.</summary>
    public bool IsAtWork => Now < Migrator.Crashed;

    public bool Listens => IsWatched && IsAtWork && !IsDeaf;

    public SourceView SourceView => (IsSourceCutOff, Source) switch
    {
        (true, _) or (_, Qemu.Dead) => SourceView.Unreachable,
        (_, Qemu.Runs) => SourceView.Runs,
        (_, Qemu.Complete) => SourceView.Finished,
        _ => SourceView.Paused,
    };

    public Sight GuestOnSource => SourceView switch
    {
        SourceView.Unreachable => Sight.Silent,
        SourceView.Runs => Sight.Runs,
        _ => Sight.Stands,
    };

    /// <summary>As somebody sees it who comes anew.</summary>
    public TargetView ViewOfTarget(bool watches) => (IsTargetCutOff, Target) switch
    {
        (true, _) or (_, Qemu.Dead) => TargetView.Unreachable,
        (_, Qemu.Runs) => TargetView.Runs,
        (_, Qemu.Complete) when watches => TargetView.Loaded,
        _ => TargetView.Waits,
    };

    /// <summary>As the migrator sees it: where it has no monitor, a target that says that the guest does not run is surely not about to let it.</summary>
    public Sight GuestOnTarget => Target switch
    {
        _ when IsTargetCutOff || (IsWatched && IsDeaf) || Target == Qemu.Dead => Sight.Silent,
        Qemu.Runs => Sight.Runs,
        _ => !IsWatched && IsResumeUnderWay ? Sight.Silent : Sight.Stands,
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
