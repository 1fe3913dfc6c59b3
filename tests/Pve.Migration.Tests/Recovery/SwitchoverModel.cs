using Pve.Migration.Engine.Recovery;
using static Pve.Migration.Tests.Recovery.World;

namespace Pve.Migration.Tests.Recovery;

/// <summary>
/// Every order of what both QEMUs, the network, a migrator, its crashes and its recoveries can do at a switchover. The recoveries ask the rule itself.
/// </summary>
/// <param name="rule">Decides what a recovery does.</param>
/// <param name="autostarts">Whether the target runs as soon as it has loaded, as without <c>-S</c>.</param>
/// <param name="provesDeath">Whether a target is proven dead before the source goes on.</param>
/// <param name="takesFailureForProof">Whether a source that goes on by itself is taken for proof that the target has nothing.</param>
/// <param name="arbitrates">Whether the target claims the guest before it runs it, so that its right to can be revoked.</param>
/// <param name="revokesClaimed">Whether that is done though it was claimed.</param>
/// <param name="notesItsWayBackFirst">Whether it is noted that nothing ran on the target before that is known, once the resume was sent.</param>
/// <param name="forgetsThatItRan">Whether it is not noted that the guest was seen running on the target, by somebody else's doing.</param>
/// <param name="endsSourceUnseen">Whether the source is ended once the resume was sent, be it refused.</param>
internal sealed class SwitchoverModel(
    Func<JournalStage, SourceView, TargetView, (RecoveryMove Move, string Why)> rule, bool autostarts = false, bool provesDeath = true, bool endsSourceUnseen = false,
    bool takesFailureForProof = false, bool arbitrates = false, bool revokesClaimed = false,
    bool notesItsWayBackFirst = false, bool forgetsThatItRan = false)
{
    /// <summary>How many worlds can be reached, and a shortest way to each kind that must not be.</summary>
    public (int Worlds, IReadOnlyDictionary<string, IReadOnlyList<string>> Violations) Explore()
    {
        var violations = new Dictionary<string, IReadOnlyList<string>>();
        var from = new Dictionary<World, (World Before, string Event)?> { [Start] = null };
        var open = new Queue<World>([Start]);
        while (open.TryDequeue(out var world))
        {
            if (world.Violation is { } violation)
            {
                violations.TryAdd(violation, [.. Way(from, world), violation]);
                continue;
            }

            foreach (var (name, next) in Next(world))
            {
                if (from.TryAdd(next, (world, name)))
                {
                    open.Enqueue(next);
                }
            }
        }

        return (from.Count, violations);
    }

    private static Stack<string> Way(Dictionary<World, (World Before, string Event)?> from, World to)
    {
        var way = new Stack<string>();
        while (from[to] is var (before, name))
        {
            way.Push(name);
            to = before;
        }

        return way;
    }

    private IEnumerable<(string Event, World Next)> Next(World world) => Qemus(world).Concat(Fate(world)).Concat(Migrates(world));

    private IEnumerable<(string Event, World Next)> Qemus(World world)
    {
        if (world is { Source: Qemu.Runs, Now: Migrator.Copies, IsStreamSent: false, Target: not Qemu.Dead })
        {
            yield return ("the source stops and sends the last of the guest", world with { Source = Qemu.Sends, IsStreamSent = true });
        }

        if (world is { IsStreamSent: true, Target: Qemu.Waits })
        {
            yield return ("the target loads", autostarts
                ? world with { Target = Qemu.Runs, HasRunOnTarget = true }
                : world with { Target = Qemu.Complete });
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
    }

    private static IEnumerable<(string Event, World Next)> Fate(World world)
    {
        if (world.Source != Qemu.Dead && !world.IsOver)
        {
            yield return ("the source dies", world with { Source = Qemu.Dead, HasSuffered = true });
        }

        if (world.Target != Qemu.Dead && !world.IsOver)
        {
            yield return ("the target dies", world with { Target = Qemu.Dead, HasSuffered = true });
        }

        if (!world.IsOver)
        {
            yield return ("the source's monitor is cut off", world with { IsSourceCutOff = true, HasSuffered = true });
            yield return ("the source's monitor is back", world with { IsSourceCutOff = false });
            yield return ("the target's monitor is cut off", world with { IsTargetCutOff = true, HasSuffered = true });
            yield return ("the target's monitor is back", world with { IsTargetCutOff = false });
        }

        if (!world.IsOver && world.Now is not (Migrator.Crashed or Migrator.Asks))
        {
            yield return ("the migrator crashes", world with { Now = Migrator.Crashed, WasHeard = false });
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
        Migrator.Watches when world is { SourceView: SourceView.Finished, TargetView: TargetView.Loaded } =>
        [
            ("the migrator notes that both are complete", world with { Now = Migrator.Commits, Noted = JournalStage.Complete }),
            ("the migrator sees both complete, and its note is late", world with { Now = Migrator.Commits }),
        ],
        Migrator.Watches => [("the migrator gives up", GoBack(world))],
        Migrator.Commits when endsSourceUnseen =>
            [("the resume is refused, and the source ended all the same", world with { Source = Qemu.Dead, Target = Qemu.Dead, Now = Migrator.Migrated })],
        Migrator.Commits => [("the migrator sends the resume", world with { Now = Migrator.Resumes, IsResumeUnderWay = true }), ("the migrator gives up", GoBack(world))],
        Migrator.Resumes when world.TargetView == TargetView.Runs => [("the migrator sees the guest run there", Finish(world))],
        Migrator.Resumes when world.TargetView == TargetView.Loaded =>
            [("the target refuses, and its guest does not run yet", notesItsWayBackFirst ? GoBack(world) : world with { Now = Migrator.GoesBack })],
        Migrator.Resumes when world.TargetView == TargetView.Unreachable && MayRevoke(world) => [("the migrator cannot tell, and revokes", Revoke(world))],
        Migrator.Resumes when world.TargetView == TargetView.Unreachable => [("the migrator cannot tell", world with { Now = Migrator.Asks, HasSuffered = true })],
        Migrator.GoesBack when !provesDeath => [("the migrator takes the target for dead", world with { Now = Migrator.GivesBack })],
        Migrator.GoesBack when world.TargetView == TargetView.Runs || world is { WasHeard: true, IsTargetCutOff: false } =>
            [("the migrator sees that the guest has run there", world with { Now = Migrator.Asks, HasSuffered = true, Noted = JournalStage.Committed })],
        Migrator.GoesBack when !world.IsTargetCutOff =>
        [
            .. LetRunByOthers(world),
            ("the migrator ends the target and notes it", world with { Now = Migrator.GivesBack, Target = Qemu.Dead, IsResumeUnderWay = false, Noted = JournalStage.GoingBack }),
            ("the migrator ends the target and crashes", world with { Now = Migrator.Crashed, Target = Qemu.Dead, IsResumeUnderWay = false, WasHeard = false }),
        ],
        Migrator.GoesBack when MayRevoke(world) => [("the target cannot be proven dead, and its right is revoked", Revoke(world))],
        Migrator.GoesBack => [("the target cannot be proven dead", world with
        {
            Now = world is { SourceView: SourceView.Runs, Noted: < JournalStage.Committing } && (takesFailureForProof || !world.IsStreamSent)
                ? Migrator.RolledBack
                : Migrator.Asks,
        })],
        Migrator.GivesBack when world.SourceView is not SourceView.Unreachable => [("the source goes on", world with { Now = Migrator.RolledBack, Source = Qemu.Runs })],
        Migrator.GivesBack => [("the source does not answer", world with { Now = Migrator.Asks })],
        Migrator.Crashed or Migrator.Asks => [Recover(world with { WasHeard = false })],
        _ => [],
    };

    // Only where the source does not go on by itself any more, and as one with its being seen: whoever does it elsewhere has two of them for sure.
    private IEnumerable<(string Event, World Next)> LetRunByOthers(World world) => world is { Source: Qemu.Complete, Target: Qemu.Complete }
        ?
        [
            ("somebody lets the guest run on the target, and the migrator sees it", world with
            {
                Target = Qemu.Runs, HasRunOnTarget = true, Now = Migrator.Asks, HasSuffered = true, Noted = forgetsThatItRan ? world.Noted : JournalStage.Committed,
            }),
        ]
        : [];

    private (string Event, World Next) Recover(World world)
    {
        var (move, why) = rule(world.Noted, world.SourceView, world.TargetView);
        if (move == RecoveryMove.Ask && MayRevoke(world) && RecoveryRule.MayGoBackWithoutDeath(world.Noted, world.SourceView, world.TargetView))
        {
            return ("a recovery revokes the target's right", Revoke(world));
        }

        var next = move switch
        {
            RecoveryMove.Ask => world with { Now = Migrator.Asks, HasSuffered = world.HasSuffered || world.SourceView == SourceView.Runs || world.TargetView == TargetView.Runs },
            RecoveryMove.Finish => Finish(world),
            RecoveryMove.Forward => world with { Now = Migrator.Resumes, IsResumeUnderWay = true },
            _ => world.Noted < JournalStage.Committing ? GoBack(world) : world with { Now = Migrator.GoesBack },
        };
        return ($"a recovery decides: {move} ({why})", next);
    }

    private bool MayRevoke(World world) => arbitrates && (!world.IsClaimed || revokesClaimed);

    private static World Run(World world)
        => world with { IsResumeUnderWay = false, Target = Qemu.Runs, HasRunOnTarget = true, WasHeard = world.Now is not (Migrator.Crashed or Migrator.Asks) };

    private static World Revoke(World world) => world with { IsRevoked = true, Now = Migrator.GivesBack, Noted = JournalStage.GoingBack };

    private static World GoBack(World world) => world with { Now = Migrator.GoesBack, Noted = JournalStage.GoingBack };

    private static World Finish(World world)
        => world with { Now = Migrator.Migrated, Noted = JournalStage.Committed, Source = world.IsSourceCutOff ? world.Source : Qemu.Dead };
}
