using Pve.Migration.Engine.Recovery;
using Pve.Migration.Engine.Switchover;
using static Pve.Migration.Tests.Recovery.World;

namespace Pve.Migration.Tests.Recovery;

/// <summary>What comes of the moves that the rules decide upon.</summary>
internal sealed partial class SwitchoverModel
{
    private IEnumerable<(string Event, World Next)> Resumes(World world)
    {
        var known = world.IsHeard ? world.Resume with { Seen = Sight.Runs } : world.Resume;
        var move = _rules.Resume(known);
        return move switch
        {
            ResumeMove.Tell => [("the migrator tells the target to resume", Told(world, known with { IsTold = true }))],
            ResumeMove.TellAgain => [("the migrator tells the target once more", Told(world, known with { IsToldAgain = true, Answer = null, Seen = Sight.None }))],
            ResumeMove.TellByMonitor => [("the migrator tells the target's monitor", TellMonitor(world, known with { ByMonitor = Attempt.UnderWay }))],
            ResumeMove.Await => [.. Answers(world, known), .. known.ByMonitor == Attempt.UnderWay ? MonitorEnds(world, known) : []],
            ResumeMove.AwaitMonitor => MonitorEnds(world, known),
            ResumeMove.AwaitRun => world.GuestOnTarget == Sight.Runs
                ? [("the migrator sees the guest run there", world with { Resume = known with { HasWaited = true, Seen = Sight.Runs } })]
                : [("the migrator sees no guest run there", world with { Resume = known with { HasWaited = true }, HasSuffered = true })],
            ResumeMove.Look => [($"the migrator looks at the target: {world.GuestOnTarget}", world with { Resume = known with { Seen = world.GuestOnTarget } })],
            ResumeMove.Runs => [Conclude(world, ResumeVerdict.Runs)],
            ResumeMove.NeverRan => [Conclude(world, ResumeVerdict.NeverRan)],
            _ => [Conclude(world, ResumeVerdict.Unknown)],
        };
    }

    private static World Told(World world, ResumeKnowledge known) => world with { IsResumeUnderWay = true, Resume = known };

    private static World TellMonitor(World world, ResumeKnowledge known)
        => world with { IsResumeUnderWay = world.IsResumeUnderWay || !world.IsDeaf, Resume = known };

    private static IEnumerable<(string Event, World Next)> Answers(World world, ResumeKnowledge known)
    {
        if (world is { HasRunOnTarget: true, IsTargetCutOff: false })
        {
            yield return ("the target says that it has resumed the guest", world with { Resume = known with { Answer = ResumeAnswer.Accepted } });
        }

        if (!world.IsTargetCutOff)
        {
            // Who is refused after a crash cannot tell why, and leaves it to people.
            var refused = world with { Resume = known with { Answer = ResumeAnswer.Refused }, HasSuffered = world.HasSuffered || world.IsTakenUp };
            yield return ("the target refuses, and its cont may be under way", refused with { HasSuffered = refused.HasSuffered || !world.IsWatched });
            if (!world.IsClaimed)
            {
                yield return ("the target refuses", refused with { IsResumeUnderWay = false });
            }
        }

        yield return ("the answer is lost", world with { Resume = known with { Answer = ResumeAnswer.Unknown }, HasSuffered = world.HasSuffered || !world.IsWatched });
        yield return ("the resume is lost", world with
        {
            IsResumeUnderWay = false, Resume = known with { Answer = ResumeAnswer.Unknown }, HasSuffered = world.HasSuffered || !world.IsWatched,
        });
        if (known is { IsWatched: true, IsLate: false })
        {
            yield return ("the answer is late", world with { Resume = known with { IsLate = true } });
        }
    }

    private static IEnumerable<(string Event, World Next)> MonitorEnds(World world, ResumeKnowledge known)
    {
        var over = known with { ByMonitor = Attempt.Over };
        return world.GuestOnTarget == Sight.Runs
            ? [("the target's monitor says that the guest runs", world with { Resume = over with { Seen = Sight.Runs } })]
            : [("the target's monitor does not say in time that the guest runs", world with { Resume = over, HasSuffered = true })];
    }

    private (string Event, World Next) Conclude(World world, ResumeVerdict verdict)
    {
        var after = _rules.After(verdict, world.IsTakenUp, null);
        var isRevoked = after == Aftermath.Revoke && MayRevoke(world) && !world.IsHeard;
        if (after == Aftermath.Revoke)
        {
            world = world with { IsRevoked = isRevoked };
            after = _rules.After(verdict, world.IsTakenUp, isRevoked);
        }

        return ($"the migrator concludes: {verdict}, {after}", after switch
        {
            Aftermath.Finish => Finish(world),
            Aftermath.GoBack => GoBack(world),
            _ => Leave(world, Migrator.Asks),
        });
    }

    private IEnumerable<(string Event, World Next)> GoesBack(World world)
    {
        var known = world.Rollback with { WasSeenRunning = world.IsHeard };
        var move = _rules.Rollback(known);
        return [($"the migrator goes back: {move}", move switch
        {
            RollbackMove.SeeSource => world with { Rollback = known with { IsSourceThere = world.SourceView != SourceView.Unreachable } },
            RollbackMove.EndTarget => EndTarget(world, known with { WasDeaf = world.IsDeaf }),
            RollbackMove.Revoke when MayRevoke(world) && !world.IsHeard => world with { IsRevoked = true, Rollback = known with { IsRevoked = true } },
            RollbackMove.Revoke => world with { Rollback = known with { IsRevoked = false } },
            RollbackMove.HearOut => HearOut(world, known with { HasHeardOut = true, WasDeaf = known.WasDeaf || world.IsTargetCutOff }),
            RollbackMove.Note => world with { Noted = JournalStage.GoingBack, Rollback = known with { IsNoted = true } },
            RollbackMove.AskSource => world with { Rollback = known with { Guest = world.GuestOnSource } },
            RollbackMove.AskStream => AskStream(world, known),
            RollbackMove.Undo => Undo(world, known with { IsUndone = true, Guest = Sight.None, MayHaveSentAll = null }),
            RollbackMove.GivenBack => Leave(world, Migrator.RolledBack),
            RollbackMove.HasLeft => Leave(world, Migrator.Asks) with { Noted = JournalStage.Committed, HasSuffered = true },
            _ => Leave(world, Migrator.Asks),
        })];
    }

    // Proven by whoever can see that the process is gone.
    private World EndTarget(World world, RollbackKnowledge known) => world.IsTargetCutOff || !provesDeath
        ? world with { Rollback = known with { IsTargetEnded = !provesDeath } }
        : world with { Target = Qemu.Dead, IsResumeUnderWay = false, Rollback = known with { IsTargetEnded = true } };

    private static World HearOut(World world, RollbackKnowledge known)
        => world.IsTargetCutOff ? world with { Rollback = known } : world with { IsHeard = world.IsHeard || world.IsTold, IsTold = false, Rollback = known };

    // A source that does not answer by now has nothing to say of what it sent; after it was to stop sending, a stream that is not over counts as much.
    private static World AskStream(World world, RollbackKnowledge known) => world.SourceView == SourceView.Unreachable
        ? world with { Rollback = known with { MayHaveSentAll = known.IsUndone is not null } }
        : world with { Rollback = known with { MayHaveSentAll = world.IsStreamSent || (known.IsUndone is not null && !world.IsCancelled), Guest = world.GuestOnSource } };

    // QEMU lets a guest go on whose stream it cancels; one that has sent all is told to.
    private static World Undo(World world, RollbackKnowledge known) => world.SourceView switch
    {
        SourceView.Unreachable => world with { Rollback = known },
        SourceView.Finished when !known.IsTargetHarmless => world with { IsCancelled = true, Rollback = known },
        _ => world with { IsCancelled = true, Source = Qemu.Runs, Rollback = known },
    };
}
