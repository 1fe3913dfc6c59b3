using System.Diagnostics;
using Pve.Migration.Testing;

namespace Pve.Migration.Tests.Simulation;

public sealed class VirtualTimeTests
{
    private readonly VirtualTime _time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Weeks_pass_in_no_time()
    {
        var began = Stopwatch.GetTimestamp();
        await _time.AdvanceAsync(TimeSpan.FromDays(45), Cancellation);
        Assert.Equal(TimeSpan.FromDays(45), _time.Elapsed);
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Time_stands_still_while_something_computes()
    {
        var elapsed = await _time.RunAsync(async () =>
        {
            var deadline = Task.Delay(TimeSpan.FromMilliseconds(1), _time, Cancellation);
            for (var i = 0; i < 1000; i++)
            {
                await Task.Yield();
                Assert.False(deadline.IsCompleted);
            }

            var began = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(began) < TimeSpan.FromMilliseconds(50))
            {
                Assert.False(deadline.IsCompleted);
            }

            await deadline;
            return _time.Elapsed;
        }, Cancellation);
        Assert.Equal(TimeSpan.FromMilliseconds(1), elapsed);
    }

    [Fact]
    public async Task A_periodic_timer_fires_in_every_period_until_it_is_disposed()
    {
        var fired = new List<TimeSpan>();
        await using (_time.CreateTimer(_ => fired.Add(_time.Elapsed), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)))
        {
            await _time.AdvanceAsync(TimeSpan.FromSeconds(6), Cancellation);
        }

        await _time.AdvanceAsync(TimeSpan.FromSeconds(6), Cancellation);
        Assert.Equal([1.0, 3.0, 5.0], fired.Select(at => at.TotalSeconds));
    }

    [Fact]
    public async Task Waiting_for_what_no_timer_brings_is_an_error()
    {
        var never = new TaskCompletionSource();
        await Assert.ThrowsAsync<TimeoutException>(() => _time.RunAsync(() => never.Task, Cancellation));
    }

    [Fact]
    public async Task A_failure_of_the_body_is_the_runs_failure()
        => await Assert.ThrowsAsync<FormatException>(() => _time.RunAsync(() => throw new FormatException(), Cancellation));
}
