namespace Pve.Migration.Tests.Recovery;

/// <summary>Every order of what a migrator, a watchdog and the source's QEMU can do at <c>pre-switchover</c>.</summary>
public sealed class WatchdogModelTests
{
    private enum Qemu
    {
        Waits,      // at pre-switchover
        SwitchesOver,
        GoesOn,     // cancelled
    }

    private enum Migrator
    {
        Prepares,
        HasAsked,   // to disarm
        Continues,
        GoesBack,
        Dead,
    }

    private enum Watchdog
    {
        Armed,
        Cancels,    // sent, not answered
        HasUndone,
        Disarmed,
    }

    [Fact]
    public void A_guest_that_was_told_to_go_on_is_never_cancelled_by_it_and_none_waits_for_ever()
    {
        var (worlds, violations) = Explore(waitsForAnswer: true);
        Assert.Equal([], violations);
        Assert.True(worlds > 20, $"{worlds}");
    }

    [Fact]
    public void A_migrator_that_does_not_wait_for_its_answer_is_found_out()
        => Assert.Contains("it cancels behind pre-switchover", Explore(waitsForAnswer: false).Violations);

    private static (int Worlds, IReadOnlyCollection<string> Violations) Explore(bool waitsForAnswer)
    {
        var seen = new HashSet<World> { default };
        var open = new Queue<World>([default]);
        var violations = new HashSet<string>();
        while (open.TryDequeue(out var world))
        {
            var next = Next(world, waitsForAnswer).ToList();
            if (world.CancelsTooLate)
            {
                violations.Add("it cancels behind pre-switchover");
            }

            // A migrator that dies between the answer and its next word leaves a guest to the recovery.
            if (next.Count == 0 && world is { Source: Qemu.Waits, Dog: not Watchdog.Disarmed })
            {
                violations.Add("a guest waits for ever");
            }

            next.Where(seen.Add).ToList().ForEach(open.Enqueue);
        }

        return (seen.Count, violations);
    }

    private static IEnumerable<World> Next(World world, bool waitsForAnswer)
    {
        if (world.Now == Migrator.Prepares)
        {
            yield return world with { Now = Migrator.HasAsked };
            if (!waitsForAnswer)
            {
                yield return world with { Now = Migrator.Continues, IsContinueUnderWay = true };
            }
        }

        if (world is { Now: Migrator.HasAsked, Dog: Watchdog.Armed })
        {
            yield return world with { Dog = Watchdog.Disarmed };
        }

        if (world is { Now: Migrator.HasAsked, Dog: Watchdog.Disarmed })
        {
            yield return world with { Now = Migrator.Continues, IsContinueUnderWay = true };
        }

        if (world.Now is Migrator.Prepares or Migrator.HasAsked)
        {
            yield return world with { Now = Migrator.GoesBack }; // told that it was undone, or nothing in time
        }

        if (world is { Now: Migrator.GoesBack, Source: Qemu.Waits })
        {
            yield return world with { Source = Qemu.GoesOn };
        }

        if (world.Now != Migrator.Dead)
        {
            yield return world with { Now = Migrator.Dead };
        }

        // Dead or silent: it cannot tell. What it sees is older than what it then does.
        if (world is { Dog: Watchdog.Armed, Source: Qemu.Waits })
        {
            yield return world with { Dog = Watchdog.Cancels };
        }

        if (world is { Dog: Watchdog.Cancels })
        {
            yield return world with { Dog = Watchdog.HasUndone, CancelsTooLate = world.Source == Qemu.SwitchesOver, Source = Qemu.GoesOn };
        }

        if (world is { IsContinueUnderWay: true })
        {
            yield return world with { IsContinueUnderWay = false, Source = world.Source == Qemu.Waits ? Qemu.SwitchesOver : world.Source };
        }
    }

    private readonly record struct World
    {
        public Qemu Source { get; init; }

        public Migrator Now { get; init; }

        public Watchdog Dog { get; init; }

        public bool IsContinueUnderWay { get; init; }

        public bool CancelsTooLate { get; init; }
    }
}
