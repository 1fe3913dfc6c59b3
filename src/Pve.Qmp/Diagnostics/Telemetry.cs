using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Pve.Qmp.Diagnostics;

/// <summary>Everything the package measures: one span and one duration for each command; arguments and results never appear.</summary>
/// <remarks>
/// A command's span is made after its reply, with its times stated, and by nobody who waits for that reply: what a listener does
/// takes neither the caller's time nor the reader's.
/// </remarks>
internal static class Telemetry
{
    private const string Name = "Pve.Qmp";
    private const int Waiting = 4096; // those that a listener that is stuck may cost

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly TaskScheduler InTurn = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;

    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "qmp.client.operation.duration", "s", "From a command to its reply, or to the end of the wait.", advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
        });

    private static int s_waiting;

    /// <summary>Whether anybody listens; where nobody does, nothing is allocated and no clock is read.</summary>
    public static bool IsListenedTo => Source.HasListeners() || Duration.Enabled;

    /// <summary>Tells of a command once it is over.</summary>
    public static void Follow(Task result, string command, string endpoint, TimeProvider time, DateTimeOffset startedAt, long started)
    {
        if (Interlocked.Increment(ref s_waiting) > Waiting)
        {
            Interlocked.Decrement(ref s_waiting);
            return;
        }

        // The continuation runs in its caller's context, so that the span hangs where the caller's own does.
        var over = result.ContinueWith(
            static (_, state) => ((TimeProvider)state!).GetTimestamp(), time, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        _ = over.ContinueWith(
            ended =>
            {
                Interlocked.Decrement(ref s_waiting);
                Tell(result, command, endpoint, startedAt, time.GetElapsedTime(started, ended.Result));
            },
            CancellationToken.None, TaskContinuationOptions.None, InTurn);
    }

    private static void Tell(Task result, string command, string endpoint, DateTimeOffset startedAt, TimeSpan duration)
    {
        var error = ErrorOf(result);
        Duration.Record(duration.TotalSeconds, new TagList { { "qmp.command", command }, { "error.type", error } });
        using var span = Source.StartActivity(command, ActivityKind.Client, default(ActivityContext), startTime: startedAt);
        if (span is null)
        {
            return;
        }

        span.SetTag("rpc.system", "qmp").SetTag("rpc.method", command).SetTag("server.address", endpoint);
        if (error is not null)
        {
            span.SetTag("error.type", error).SetStatus(ActivityStatusCode.Error);
        }

        span.SetEndTime((startedAt + duration).UtcDateTime);
    }

    // QEMU's own class where it refused; else what ended the wait.
    private static string? ErrorOf(Task result) => result switch
    {
        { IsCanceled: true } => "cancelled",
        { Exception.InnerException: QmpCommandException e } => e.ErrorClass,
        { Exception.InnerException: QmpTimeoutException } => "timeout",
        { Exception.InnerException: { } e } => e.GetType().FullName,
        _ => null,
    };
}
