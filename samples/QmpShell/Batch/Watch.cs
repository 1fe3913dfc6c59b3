using Pve.Qmp;
using QmpShell.Language;
using QmpShell.Output;

namespace QmpShell.Batch;

/// <summary>Events as lines of JSON. It listens from its opening on, so that a command executed afterwards causes nothing unseen.</summary>
internal sealed class Watch : IDisposable
{
    // so many that only a reader who stopped reading fills it; then it is said, and nothing is lost unseen
    private const int MostEvents = 65_536;

    private readonly QmpEventSubscription _events;
    private readonly TextWriter _output;
    private readonly TextWriter _error;

    private Watch(QmpEventSubscription events, TextWriter output, TextWriter error)
        => (_events, _output, _error) = (events, output, error);

    /// <summary>Listens to <paramref name="events"/>, or to all where none is named.</summary>
    /// <exception cref="LineException">This QEMU has no such event, and it would never come.</exception>
    public static async Task<Watch> OpenAsync(
        QmpClient client, IReadOnlyList<string> events, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        if (events.Count > 0)
        {
            var schema = await client.GetSchemaAsync(cancellationToken);
            if (events.FirstOrDefault(name => !schema.HasEvent(name)) is { } unknown)
            {
                throw new LineException($"this QEMU has no event '{unknown}'; {Nearest.To(unknown, schema.Events, "help EVENT describes one")}");
            }
        }

        var subscription = client.Subscribe(new QmpSubscriptionOptions { Events = events, Capacity = MostEvents, Overflow = QmpOverflow.Fail });
        return new Watch(subscription, output, error);
    }

    /// <summary>Prints events until there were <paramref name="count"/>, the time is over, or Ctrl-C; returns the exit code.</summary>
    public async Task<int> RunAsync(int? count, TimeSpan? timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout ?? Timeout.InfiniteTimeSpan, time);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        var seen = 0;
        try
        {
            while (seen != count)
            {
                var happened = await _events.ReadAsync(waiting.Token);
                await _output.WriteLineAsync(EventJson.Write(happened));
                seen++;
            }

            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (count is null)
        {
            return ExitCode.Done; // there is no other way to end it
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (OperationCanceledException)
        {
            return await Complaint.SayAsync(_error, $"{seen} of {count} events came within {timeout!.Value.TotalSeconds:0.###} s.", ExitCode.Failed);
        }
    }

    public void Dispose() => _events.Dispose();
}
