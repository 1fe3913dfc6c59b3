using System.Diagnostics;
using Pve.Migration.Testing.Simulation;

namespace Pve.Migration.Testing;

/// <summary>A clock that stands still while anything works, and jumps to the next timer when nothing does.</summary>
/// <remarks>
/// Hand it in wherever a <see cref="TimeProvider"/> is taken, and run the test inside <see cref="RunAsync(Func{Task}, CancellationToken)"/>.
/// Hours pass in milliseconds, and the same program takes the same virtual time on every run. It knows every timer, which is what a clock
/// that is advanced by hand does not: there is no step to choose, and no race between a step and a continuation on the thread pool.
/// Timers fire one at a time; each one's consequences settle before the next. "Nothing works" means that the thread pool, which runs every
/// continuation, has come to rest. So nothing in the process may block a pool thread for long, and work on other threads, sockets and processes is
/// not seen: keep those out of the body. Several clocks may run in one process.
/// </remarks>
public sealed class VirtualTime : TimeProvider
{
    private static readonly TimeSpan NothingLeft = TimeSpan.FromSeconds(2);

    private readonly VirtualTimers _timers = new();
    private readonly DateTimeOffset _start;
    private int _running;

    /// <summary>Creates a clock that stands at <paramref name="start"/>; at the beginning of 2026 in UTC unless given.</summary>
    public VirtualTime(DateTimeOffset? start = null) => _start = start ?? new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>How much virtual time has passed.</summary>
    public TimeSpan Elapsed => new(_timers.Now);

    /// <summary>How much real time one run may take; 30 seconds unless set.</summary>
    public TimeSpan RealTimeLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _start + Elapsed;

    /// <inheritdoc/>
    public override long GetTimestamp() => _timers.Now;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return new VirtualTimer(_timers, callback, state, dueTime, period);
    }

    /// <summary>Runs <paramref name="body"/> on the thread pool, and lets time pass until it is done.</summary>
    /// <exception cref="TimeoutException">It took more real time than <see cref="RealTimeLimit"/>, or waits for something no timer will bring.</exception>
    /// <exception cref="InvalidOperationException">The clock already runs.</exception>
    public Task RunAsync(Func<Task> body, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        return RunAsync(async () =>
        {
            await body().ConfigureAwait(false);
            return true;
        }, cancellationToken);
    }

    /// <inheritdoc cref="RunAsync(Func{Task}, CancellationToken)"/>
    public async Task<T> RunAsync<T>(Func<Task<T>> body, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        if (Interlocked.Exchange(ref _running, 1) == 1)
        {
            throw new InvalidOperationException("This clock already runs; put what shall run at the same time into one body.");
        }

        try
        {
            var work = Task.Run(body, cancellationToken);
            await Task.Factory.StartNew(
                () => Pump(work, cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            return await work.ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }

    /// <summary>Lets <paramref name="span"/> pass, with everything that is due in it.</summary>
    public Task AdvanceAsync(TimeSpan span, CancellationToken cancellationToken = default)
        => RunAsync(() => Task.Delay(span, this, cancellationToken), cancellationToken);

    /// <summary>Runs code that blocks its thread of the pool, so that time goes on without it; for tests of what must survive such code.</summary>
    /// <remarks>The pool is one for the process: while a thread is blocked, no other clock may run.</remarks>
    public static void Block(Action wait)
    {
        ArgumentNullException.ThrowIfNull(wait);
        PoolQuiet.Block(wait);
    }

    private void Pump(Task work, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var moved = began;
        var wait = default(SpinWait);
        while (!work.IsCompleted)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Stopwatch.GetElapsedTime(began) > RealTimeLimit)
            {
                throw new TimeoutException($"The run took more than {RealTimeLimit.TotalSeconds:0.#} s of real time, and {Elapsed} of virtual time. "
                    + $"{PoolQuiet.BusyWorkers} workers of the thread pool are busy or blocked.");
            }

            if (!PoolQuiet.IsQuiet())
            {
                moved = Stopwatch.GetTimestamp();
            }
            else if (!work.IsCompleted && _timers.FireNext())
            {
                moved = Stopwatch.GetTimestamp();
                wait.Reset();
                continue;
            }
            else if (Stopwatch.GetElapsedTime(moved) > NothingLeft)
            {
                throw new TimeoutException($"After {Elapsed} of virtual time the run waits for something that no timer will bring.");
            }

            wait.SpinOnce(sleep1Threshold: 200);
        }
    }
}
