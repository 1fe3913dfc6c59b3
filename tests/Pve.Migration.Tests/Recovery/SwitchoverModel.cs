using Pve.Migration.Engine.Recovery;
using Pve.Migration.Engine.Switchover;
using static Pve.Migration.Tests.Recovery.World;

namespace Pve.Migration.Tests.Recovery;

/// <summary>
/// Every order of what both QEMUs, the network, a migrator, its crashes and its recoveries can do at a switchover. What a migrator does next it asks the
/// engine's own rules; here is only what comes of it.
/// </summary>
/// <param name="rules">The rules.</param>
/// <param name="isWatched">Whether the target's monitor is in reach; else there is only what the target answers.</param>
/// <param name="arbitrates">Whether the target claims the guest before it runs it, so that its right to can be revoked.</param>
/// <param name="autostarts">Whether the target runs as soon as it has loaded, as without <c>-S</c>.</param>
/// <param name="provesDeath">Whether a target that was to be ended is proven dead before the source goes on.</param>
/// <param name="revokesClaimed">Whether its right is revoked though it was claimed.</param>
internal sealed partial class SwitchoverModel(
    SwitchoverRules? rules = null, bool isWatched = true, bool arbitrates = false, bool autostarts = false, bool provesDeath = true, bool revokesClaimed = false)
{
    private readonly SwitchoverRules _rules = rules ?? new SwitchoverRules();

    /// <summary>How many worlds can be reached, how many events the farthest is away, and a shortest way to each kind that must not be.</summary>
    public (int Worlds, int Depth, IReadOnlyDictionary<string, IReadOnlyList<string>> Violations) Explore()
    {
        var start = new World { Source = Qemu.Runs, Target = Qemu.Waits, Now = Migrator.Copies, Noted = JournalStage.Preparing, IsWatched = isWatched };
        var violations = new Dictionary<string, IReadOnlyList<string>>();
        var from = new Dictionary<World, (World Before, string Event, int Depth)> { [start] = (default, "", 0) };
        var open = new Queue<World>([start]);
        var farthest = 0;
        while (open.TryDequeue(out var world))
        {
            farthest = from[world].Depth;
            if (world.Violation is { } violation)
            {
                violations.TryAdd(violation, [.. Way(from, world), violation]);
                continue;
            }

            foreach (var (name, next) in Next(world))
            {
                if (from.TryAdd(next, (world, name, farthest + 1)))
                {
                    open.Enqueue(next);
                }
            }
        }

        return (from.Count, farthest, violations);
    }

    private static Stack<string> Way(Dictionary<World, (World Before, string Event, int Depth)> from, World to)
    {
        var way = new Stack<string>();
        for (var at = from[to]; at.Depth > 0; at = from[at.Before])
        {
            way.Push(at.Event);
        }

        return way;
    }

    private IEnumerable<(string Event, World Next)> Next(World world) => Qemus(world).Concat(Fate(world)).Concat(Migrates(world));

    private IEnumerable<(string Event, World Next)> Qemus(World world)
    {
        if (world is { Source: Qemu.Runs, IsOver: false, IsStreamSent: false, IsCancelled: false, Target: not Qemu.Dead })
        {
            yield return ("the source stops and sends the last of the guest", world with { Source = Qemu.Sends, IsStreamSent = true });
        }

        if (world is { IsStreamSent: true, Target: Qemu.Waits })
        {
            yield return ("the target loads", autostarts ? Run(world) : world with { Target = Qemu.Complete });
        }

        if (world is { Source: Qemu.Sends, Target: Qemu.Complete or Qemu.Runs })
        {
            yield return ("the source hears that the target has loaded", world with { Source = Qemu.Complete });
        }

        if (world.Source == Qemu.Sends)
        {
            yield return ("the source hears nothing more, and goes on by itself", world with { Source = Qemu.Runs });
        }

        if (world is { IsResumeUnderWay: true, Target: Qemu.Complete } && !arbitrates)
        {
            yield return ("the resume arrives", Run(world));
        }

        if (world is { IsResumeUnderWay: true, Target: Qemu.Complete, IsRevoked: false, IsClaimed: false } && arbitrates)
        {
            yield return ("the resume arrives, and the target claims the guest", world with { IsClaimed = true });
        }

        if (world is { IsResumeUnderWay: true, Target: Qemu.Complete, IsClaimed: true })
        {
            yield return ("the target runs the guest that it claimed", Run(world));
        }

        if (world is { IsTold: true, IsTargetCutOff: false })
        {
            yield return ("the migrator hears that the guest runs on the target", world with { IsTold = false, IsHeard = true });
        }
    }

    private static IEnumerable<(string Event, World Next)> Fate(World world)
    {
        if (world.IsOver)
        {
            yield break;
        }

        if (world.Source != Qemu.Dead)
        {
            yield return ("the source dies", world with { Source = Qemu.Dead, HasSuffered = true });
        }

        if (world.Target != Qemu.Dead)
        {
            yield return ("the target dies", world with { Target = Qemu.Dead, HasSuffered = true, IsDeaf = world.IsDeaf || world.Listens });
        }

        yield return ("the source's monitor is cut off", world with { IsSourceCutOff = true, HasSuffered = true });
        yield return ("the source's monitor is back", world with { IsSourceCutOff = false });
        yield return ("the target is back", world with { IsTargetCutOff = false });

        // Who lets it run there in a moment in which nobody can hear of it, and is not the migrator, answers for that.
        if (world is { HasRunOnTarget: true, IsHeard: false, Noted: < JournalStage.Committing })
        {
            yield break;
        }

        yield return ("the target falls silent", world with { IsTargetCutOff = true, HasSuffered = true });
        // Once it has ended, what it said last is on this side, and is read.
        if (world is { Listens: true, Target: not Qemu.Dead })
        {
            yield return ("the target's monitor is lost", world with { IsDeaf = true, IsTold = false, HasSuffered = true });
        }

        if (world is { IsAtWork: true } and not { HasRunOnTarget: true, Noted: < JournalStage.Committing })
        {
            yield return ("the migrator crashes", Leave(world, Migrator.Crashed));
        }
    }

    private IEnumerable<(string Event, World Next)> Migrates(World world) => world.Now switch
    {
        Migrator.Copies when world is { SourceView: SourceView.Paused or SourceView.Finished } =>
        [
            ("the migrator notes that it may commit", world with { Now = Migrator.Watches, Noted = JournalStage.Committing }),
            ("the migrator gives up", GoBack(world)),
        ],
        Migrator.Copies => [("the migrator gives up", GoBack(world))],
        Migrator.Watches when _rules.MayCommit(world.SourceView == SourceView.Finished, IsSeenLoaded(world)) =>
        [
            ("the migrator notes that both are complete", world with { Now = Migrator.Commits, Noted = JournalStage.Complete }),
            ("the migrator sees both complete, and its note is late", world with { Now = Migrator.Commits }),
        ],
        Migrator.Watches => [("the migrator gives up", GoBack(world))],
        Migrator.Commits => [("the migrator commits", Commit(world)), ("the migrator gives up", GoBack(world))],
        Migrator.Resumes => Resumes(world),
        Migrator.GoesBack => [.. GoesBack(world), .. LetRunByOthers(world)],
        Migrator.Crashed or Migrator.Asks => [Recover(world)],
        _ => [],
    };

    private static bool? IsSeenLoaded(World world)
        => world.IsWatched ? world is { Target: Qemu.Complete or Qemu.Runs, IsTargetCutOff: false, IsDeaf: false } : null;

    // Only where the source does not go on by itself any more, and its migrator hears it, if only once the target was ended: whoever does it elsewhere, or beside an
    // arbiter, has two of them for sure.
    private IEnumerable<(string Event, World Next)> LetRunByOthers(World world)
    {
        if (arbitrates || world is not { Source: Qemu.Complete, Target: Qemu.Complete, Listens: true, IsTargetCutOff: false, Rollback.IsUndone: null })
        {
            yield break;
        }

        var ran = Run(world) with { HasSuffered = true };
        yield return ("somebody lets the guest run on the target", ran with { IsTold = false, IsHeard = true });
        if (_rules.Rollback(world.Rollback) == RollbackMove.EndTarget)
        {
            yield return ("somebody lets the guest run on the target, which is being ended", EndTarget(ran, ran.Rollback));
        }
    }

    private (string Event, World Next) Recover(World world)
    {
        var view = world.ViewOfTarget(isWatched);
        var (move, why) = _rules.Recovery(world.Noted, world.SourceView, view);
        var anew = world with { IsTakenUp = true, IsWatched = isWatched && view != TargetView.Unreachable };
        if (move == RecoveryMove.Ask && MayRevoke(world) && _rules.MayGoBackWithoutDeath(world.Noted, world.SourceView, view))
        {
            return ("a recovery revokes the target's right", GoBack(anew with { IsRevoked = true }));
        }

        var next = move switch
        {
            RecoveryMove.Ask => world with { Now = Migrator.Asks, HasSuffered = world.HasSuffered || world.SourceView == SourceView.Runs || view == TargetView.Runs },
            RecoveryMove.Finish => Finish(anew),
            RecoveryMove.Forward => Commit(anew),
            _ => GoBack(anew),
        };
        return ($"a recovery decides: {move} ({why})", next);
    }

    private bool MayRevoke(World world) => arbitrates && (!world.IsClaimed || revokesClaimed);

    private static World Run(World world) => world with { IsResumeUnderWay = false, Target = Qemu.Runs, HasRunOnTarget = true, IsTold = world.Listens };

    private static World Commit(World world) => world with { Now = Migrator.Resumes, Resume = new ResumeKnowledge { IsWatched = world.IsWatched } };

    // What was only about to be sent may have been, for who takes it up.
    private static World GoBack(World world)
    {
        var mayResume = world.IsTakenUp && world.Noted >= JournalStage.Committing;
        var mayHaveRun = mayResume || world.Resume.IsTold;
        return world with
        {
            Now = Migrator.GoesBack,
            Noted = mayHaveRun ? world.Noted : JournalStage.GoingBack,
            Resume = default,
            Rollback = new RollbackKnowledge
            {
                HasCopied = true,
                MayHaveRun = mayHaveRun,
                MayResume = mayResume,
                IsNoted = !mayHaveRun,
                IsWatched = world.IsWatched,
                MayHaveLoaded = IsSeenLoaded(world) != false || world.IsDeaf,
                IsRevoked = world.IsRevoked ? true : null,
            },
        };
    }

    private static World Finish(World world)
        => Leave(world, Migrator.Migrated) with { Noted = JournalStage.Committed, Source = world.IsSourceCutOff ? world.Source : Qemu.Dead };

    private static World Leave(World world, Migrator how)
        => world with { Now = how, Resume = default, Rollback = default, IsTakenUp = false, IsWatched = false, IsHeard = false, IsTold = false, IsDeaf = false };
}
