using Pve.Qmp.Commands;
using static Pve.Migration.ConvergenceDecision;

namespace Pve.Migration.Tests.Engine;

/// <summary>The strategies are functions of a state: no engine, no clock.</summary>
public sealed class ConvergenceStrategyTests
{
    private const long MiB = 1 << 20;

    private static readonly ConvergenceState Begun = new()
    {
        DowntimeLimit = TimeSpan.FromMilliseconds(30),
        CanThrottle = true,
        CanStartPostCopy = true,
        Current = new MigrationRamStats { Total = 4096 * MiB, Mbps = 800 },
    };

    [Theory]
    [InlineData(5, 30, null)]
    [InlineData(6, 30, 60d)]
    [InlineData(60, 1_000_000, 2_000_000d)]
    [InlineData(6, 1_500_000, 2_000_000d)]
    [InlineData(6, 2_000_000, null)]
    public void The_limit_doubles_after_more_than_five_polls_without_progress(int polls, int limit, double? raised)
        => Assert.Equal(raised, Limit(ConvergenceStrategy.ProxmoxDoubling.Decide(
            Begun with { PollsWithoutProgress = polls, DowntimeLimit = TimeSpan.FromMilliseconds(limit) })));

    [Theory]
    [InlineData(4096, 0, 50d)]
    [InlineData(4096, 299, 50d)]
    [InlineData(4096, 300, 95d)]
    [InlineData(4096, 3000, 500d)]
    [InlineData(4096, 100_000, 500d)]
    [InlineData(512, 149, 50d)]
    [InlineData(512, 150, 95d)]
    public void Novas_limit_rises_with_time_and_ram_alone(long mib, int seconds, double limit)
    {
        var nova = ConvergenceStrategy.NovaSteps(TimeSpan.FromMilliseconds(500), 10, TimeSpan.FromSeconds(75));
        var state = Begun with { Elapsed = TimeSpan.FromSeconds(seconds), Current = Begun.Current with { Total = mib * MiB } };
        Assert.Equal(limit, Limit(nova.Decide(state)));
        Assert.Equal(Nothing, nova.Decide(state with { DowntimeLimit = TimeSpan.FromMilliseconds(500) }));
    }

    [Theory]
    [InlineData(false, 100, 40, 20, 10, 5)]
    [InlineData(false, 100, 40, 39, 38, 37)]
    [InlineData(true, 100, 40, 40, 41, 40)]
    [InlineData(true, 100, 40, 39, 39, 39)]
    [InlineData(true, 100, 10, 40, 40, 40)]
    [InlineData(false, 100, 40, 40)]
    public void A_stall_is_told_by_passes_that_leave_no_less_than_those_before(bool stalls, params int[] mib)
        => Assert.Equal(stalls, After(mib).HasStalled());

    [Fact]
    public void What_was_changed_gets_its_time_to_work()
    {
        var stalled = After(100, 40, 40, 40, 40);
        Assert.True(stalled.HasStalled());
        Assert.False((stalled with { PassesSinceChange = 2 }).HasStalled());
        Assert.True((stalled with { PassesSinceChange = 2 }).HasStalled(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => stalled.HasStalled(0));
    }

    [Fact]
    public void Pass_steps_raise_the_limit_only_in_a_stall_and_not_beyond_the_last()
    {
        var steps = ConvergenceStrategy.PassSteps(TimeSpan.FromMilliseconds(210), 7);
        var stalled = After(100, 40, 40, 40, 40);
        Assert.Equal(60, Limit(steps.Decide(stalled)));
        Assert.Equal(210, Limit(steps.Decide(stalled with { DowntimeLimit = TimeSpan.FromMilliseconds(200) })));
        Assert.Equal(Nothing, steps.Decide(stalled with { DowntimeLimit = TimeSpan.FromMilliseconds(210) }));
        Assert.Equal(Nothing, steps.Decide(After(100, 40, 20, 10)));
        Assert.Equal(Nothing, steps.Decide(stalled with { PassesSinceChange = 1, Elapsed = TimeSpan.FromHours(1) }));
    }

    [Fact]
    public void Auto_converge_throttles_further_at_each_stall_where_qemu_can()
    {
        var throttling = ConvergenceStrategy.AutoConverge(initial: 20, increment: 30, most: 60);
        var stalled = After(100, 40, 40, 40, 40);
        Assert.True(throttling.MayThrottle);
        Assert.Equal(new Throttle(20), throttling.Decide(stalled));
        Assert.Equal(new Throttle(50), throttling.Decide(stalled with { ThrottlePercent = 20 }));
        Assert.Equal(new Throttle(60), throttling.Decide(stalled with { ThrottlePercent = 50 }));
        Assert.Equal(Nothing, throttling.Decide(stalled with { ThrottlePercent = 60 }));
        Assert.Equal(Nothing, throttling.Decide(stalled with { CanThrottle = false }));
        Assert.Equal(Nothing, throttling.Decide(After(100, 40, 20, 10)));
    }

    [Fact]
    public void At_a_deadline_the_guest_goes_ahead_or_stays()
    {
        var (late, minute) = (Begun with { Elapsed = TimeSpan.FromMinutes(1) }, TimeSpan.FromMinutes(1));
        var (postCopy, giveUp) = (ConvergenceStrategy.PostCopyAfter(minute), ConvergenceStrategy.GiveUpAfter(minute));
        Assert.True(postCopy.MayStartPostCopy);
        Assert.Equal(Nothing, postCopy.Decide(Begun));
        Assert.Equal(Nothing, giveUp.Decide(Begun));
        Assert.Equal(new StartPostCopy("The copy was not over after 60 s."), postCopy.Decide(late));
        Assert.Equal(new GiveUp("The copy was not over after 60 s."), giveUp.Decide(late));
        Assert.Contains("not possible", Assert.IsType<GiveUp>(postCopy.Decide(late with { CanStartPostCopy = false })).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_the_first_that_wants_something_has_it()
    {
        var all = ConvergenceStrategy.FirstOf(
            ConvergenceStrategy.PassSteps(TimeSpan.FromMilliseconds(60), 1), ConvergenceStrategy.AutoConverge(), ConvergenceStrategy.PostCopyAfter(TimeSpan.FromMinutes(1)));
        var stalled = After(100, 40, 40, 40, 40);
        Assert.True(all.MayThrottle && all.MayStartPostCopy);
        Assert.Equal(60, Limit(all.Decide(stalled)));
        var limited = stalled with { DowntimeLimit = TimeSpan.FromMilliseconds(60) };
        Assert.Equal(new Throttle(20), all.Decide(limited));
        Assert.IsType<StartPostCopy>(all.Decide(limited with { ThrottlePercent = 99, Elapsed = TimeSpan.FromMinutes(2) }));
        Assert.Equal(Nothing, all.Decide(Begun));
        Assert.False(ConvergenceStrategy.FirstOf().MayThrottle);
    }

    [Fact]
    public void Values_out_of_range_are_refused()
    {
        var limit = TimeSpan.FromMilliseconds(100);
        Action[] wrong =
        [
            () => ConvergenceStrategy.NovaSteps(limit, 0, limit),
            () => ConvergenceStrategy.NovaSteps(limit, 10, TimeSpan.Zero),
            () => ConvergenceStrategy.NovaSteps(TimeSpan.FromSeconds(2001), 10, limit),
            () => ConvergenceStrategy.PassSteps(TimeSpan.Zero),
            () => ConvergenceStrategy.PassSteps(limit, 1001),
            () => ConvergenceStrategy.AutoConverge(initial: 0),
            () => ConvergenceStrategy.AutoConverge(increment: 100),
            () => ConvergenceStrategy.AutoConverge(most: 100),
            () => ConvergenceStrategy.AutoConverge(initial: 50, most: 40),
            () => ConvergenceStrategy.PostCopyAfter(TimeSpan.Zero),
            () => ConvergenceStrategy.GiveUpAfter(-limit),
        ];
        Assert.All(wrong, make => Assert.Throws<ArgumentOutOfRangeException>(make));
    }

    private static double? Limit(ConvergenceDecision decision) => (decision as LimitDowntime)?.Limit.TotalMilliseconds;

    private static ConvergenceState After(params int[] mib) => Begun with
    {
        Passes = [.. mib.Select((left, pass) => new ConvergencePass(pass + 1, TimeSpan.FromSeconds(pass), left * MiB))],
        PassesSinceChange = mib.Length,
    };
}
