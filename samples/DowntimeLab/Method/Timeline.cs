using Pve.Qmp;

namespace DowntimeLab.Method;

/// <summary>Writes down when the QEMUs of both sides said what, by our own clock.</summary>
internal sealed class Timeline : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly QmpEventSubscription _source;
    private readonly QmpEventSubscription _target;
    private readonly List<Mark> _marks = [];
    private readonly Task _pumps;

    public Timeline(QmpClient source, QmpClient target, TimeProvider time)
    {
        (_time, _start) = (time, time.GetTimestamp());
        _source = source.Subscribe("MIGRATION", "MIGRATION_PASS", "STOP");
        _target = target.Subscribe("MIGRATION", "RESUME");
        _pumps = Task.WhenAll(PumpAsync(_source, SourceName), PumpAsync(_target, TargetName));
    }

    /// <summary>What was said until now, in its order.</summary>
    public IReadOnlyList<Mark> Marks
    {
        get
        {
            lock (_marks)
            {
                return [.. _marks.OrderBy(mark => mark.AtMs)];
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _source.Dispose();
        _target.Dispose();
        await _pumps.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // a monitor that is gone has said all
    }

    private static string? SourceName(QmpEvent said) => said.Name switch
    {
        "MIGRATION_PASS" => $"pass {said.Data.GetProperty("pass").GetInt64()}",
        "MIGRATION" => said.Data.GetProperty("status").GetString(),
        _ => "stop",
    };

    private static string? TargetName(QmpEvent said)
        => said.Name == "RESUME" ? "resume" : said.Data.GetProperty("status").GetString() == "completed" ? "loaded" : null;

    private async Task PumpAsync(QmpEventSubscription events, Func<QmpEvent, string?> name)
    {
        await foreach (var said in events)
        {
            if (name(said) is { } what)
            {
                lock (_marks)
                {
                    _marks.Add(new Mark(what, _time.GetElapsedTime(_start, said.ReceivedAt).TotalMilliseconds));
                }
            }
        }
    }
}
