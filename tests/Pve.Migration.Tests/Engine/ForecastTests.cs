using Pve.Migration.Engine.Forecast;
using Pve.Qmp.Commands;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

public sealed class ForecastTests
{
    private const long MB = 1_000_000;

    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(100);

    [Fact]
    public void One_slow_moment_does_not_make_a_slow_link()
    {
        var rate = new CopyRate();
        double[] measured = [800, 790, 20, 810, 805];
        for (var i = 0; i < measured.Length; i++)
        {
            rate.Note(new MigrationRamStats { Mbps = measured[i], Transferred = i * 50 * MB }, TimeSpan.FromSeconds(i * 0.5));
        }

        Assert.Equal(100 * MB, rate.BytesPerSecond, 1 * MB);
        rate.Note(new MigrationRamStats { Mbps = 10, Transferred = 250 * MB }, TimeSpan.FromSeconds(2.5));
        Assert.Equal(100 * MB, rate.BytesPerSecond, 1 * MB);
    }

    [Fact]
    public void Before_anything_is_measured_the_rate_is_none()
    {
        var rate = new CopyRate();
        rate.Note(new MigrationRamStats(), TimeSpan.Zero);
        Assert.Equal(0, rate.BytesPerSecond);
    }

    [Fact]
    public Task The_pause_is_the_rest_over_the_rate_as_far_as_the_limit_goes_and_the_fixed_part() => RunAsync(bench =>
    {
        var forecast = new PauseForecast(bench.Request(bench.Local()), new PauseLessons());
        var ram = new MigrationRamStats { Mbps = 800, DirtySyncCount = 2, Remaining = 5 * MB, PageSize = 4096 };
        Assert.Null(forecast.Pause);

        forecast.Look(ram, Limit, 0, TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromMilliseconds(60), forecast.Pause);
        Assert.Equal(TimeSpan.FromMilliseconds(1110), forecast.End);

        // later in the pass there is less to send, but for what was dirtied again: half of the pass, so of the 4 MB that were sent as much
        forecast.Look(ram with { Remaining = 1 * MB, DirtyPagesRate = 61_035 }, Limit, 0, TimeSpan.FromSeconds(1.01));
        Assert.Equal(40, forecast.Pause!.Value.TotalMilliseconds, 0.1);

        // but where the limit allows less than it began with, the pass is sent to its end
        forecast.Look(ram with { Remaining = 1 * MB }, Limit / 4, 0, TimeSpan.FromSeconds(1.01));
        Assert.Equal(TimeSpan.FromMilliseconds(35), forecast.Pause);

        forecast.Look(ram with { Remaining = 90 * MB, DirtySyncCount = 3, DirtyPagesRate = 50_000 }, Limit, 0, TimeSpan.FromSeconds(1.02));
        Assert.Equal(TimeSpan.FromMilliseconds(110), forecast.Pause);
        Assert.Null(forecast.End); // it dirties more than is copied

        // and of what such a pass has sent, 30 MB, between what that rate says, half of it, and all is dirty again
        forecast.Look(ram with { Remaining = 60 * MB, DirtySyncCount = 3, DirtyPagesRate = 36_621 }, 100 * Limit, 0, TimeSpan.FromSeconds(1.32));
        Assert.Equal(835, forecast.Pause!.Value.TotalMilliseconds, 1);
        return Task.CompletedTask;
    });

    [Fact]
    public Task Of_a_held_guest_that_dirties_as_fast_as_the_way_carries_no_more_is_foreseen_than_is_allowed() => RunAsync(bench =>
    {
        var (request, lessons) = (bench.Request(bench.Local()), new PauseLessons());
        var forecast = new PauseForecast(request, lessons);
        var busy = new MigrationRamStats { DirtyPagesRate = 25_000, PageSize = 4096 }; // 102.4 MB a second
        TimeSpan? Foreseen(long allowed, TimeSpan? longest)
        {
            forecast.Hold(busy, TimeSpan.FromMilliseconds(2), allowed, longest);
            return forecast.Pause;
        }

        var brief = TimeSpan.FromMilliseconds(12);
        Assert.Equal(brief, Foreseen(allowed: 0, Limit)); // nobody knows what the way carries
        Assert.Equal(brief, Foreseen(allowed: 103 * MB, Limit));
        Assert.Equal(Limit, Foreseen(allowed: 102 * MB, Limit));
        Assert.Null(Foreseen(allowed: 102 * MB, longest: null));
        lessons.Learn(request, new PauseEstimate(TimeSpan.FromMilliseconds(10), 100 * MB));
        Assert.Equal(Limit, Foreseen(allowed: 0, Limit));
        return Task.CompletedTask;
    });

    [Fact]
    public Task What_was_learnt_of_one_target_counts_there_first_and_elsewhere_by_the_way() => RunAsync(bench =>
    {
        var lessons = new PauseLessons();
        var here = bench.Request(bench.Local());
        var elsewhere = bench.Request(new HookedTarget(new LocalTarget(new IncomingQemu(bench.Source, Address))));
        Assert.Equal(TimeSpan.FromMilliseconds(10), lessons.For(here).FixedPart);
        Assert.Equal(TimeSpan.FromMilliseconds(20), lessons.For(here with { Disks = [new MigrationDisk("disk")] }).FixedPart);

        foreach (var ms in new[] { 30, 300, 40 })
        {
            lessons.Learn(here, new PauseEstimate(TimeSpan.FromMilliseconds(ms), null));
        }

        lessons.Learn(elsewhere, new PauseEstimate(TimeSpan.FromMilliseconds(70), 5e8));
        Assert.Equal(new PauseEstimate(TimeSpan.FromMilliseconds(40), null), lessons.For(here));
        Assert.Equal(new PauseEstimate(TimeSpan.FromMilliseconds(70), 5e8), lessons.For(elsewhere));
        var third = bench.Request(new HookedTarget(new LocalTarget(new IncomingQemu(bench.Spy, Address))));
        Assert.Equal(TimeSpan.FromMilliseconds(40), lessons.For(third).FixedPart); // the lower median of 30, 40, 70, 300
        return Task.CompletedTask;
    });
}
