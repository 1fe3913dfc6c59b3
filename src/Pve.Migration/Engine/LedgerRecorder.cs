namespace Pve.Migration.Engine;

/// <summary>Collects the ledger's lines: steps by our own clock, QEMU's parts by its events.</summary>
internal sealed class LedgerRecorder(TimeProvider time)
{
    private readonly List<(string Name, StepPlacement Placement, TimeSpan Start, TimeSpan End)> _lines = [];
    private readonly TimeSpan _origin = Now(time);

    /// <summary>When the completion was noticed, in our time.</summary>
    public TimeSpan? CompletionNoticed { get; set; }

    public TimeSpan Elapsed => Now(time) - _origin;

    public async Task TimeAsync(MigrationStep step, CancellationToken cancellationToken)
    {
        var start = Now(time);
        try
        {
            await step.Do(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _lines.Add((step.Name, step.Placement, start, Now(time)));
        }
    }

    /// <summary>Puts the steps and QEMU's own parts together.</summary>
    public DowntimeLedger Close(MonitorTrail? source, MonitorTrail? target)
    {
        if (source?.Stopped is not { } stopped)
        {
            return new DowntimeLedger { Lines = Lines() };
        }

        var same = target is null || source.Clock.MayEqual(target.Clock);
        var common = target is not null && target.Clock.Offset > source.Clock.Offset ? target.Clock.Offset : source.Clock.Offset;
        var sourceOffset = same ? common : source.Clock.Offset;
        var targetOffset = same ? common : target!.Clock.Offset;
        var stop = HostClock.ToOurs(stopped.Timestamp, sourceOffset);
        TimeSpan? resume = target?.Resumed is { } resumed ? HostClock.ToOurs(resumed.Timestamp, targetOffset) : null;

        EndAt(MigrationPlan.CopyRam, stop);
        if (resume is { } end)
        {
            EndAt(MigrationPlan.Resume, end);
        }

        AddQemuLines(source, target, stop, sourceOffset, targetOffset);
        return new DowntimeLedger
        {
            Lines = Lines(),
            Paused = resume - stop,
            HandoverGap = target?.Resumed?.Timestamp - target?.Completed?.Timestamp,
            ClockError = resume is null ? TimeSpan.Zero : source.Clock.Error + target!.Clock.Error,
        };
    }

    private static TimeSpan Now(TimeProvider time) => time.GetElapsedTime(0);

    // What QEMU did between STOP and completed, and how long it took to be noticed.
    private void AddQemuLines(MonitorTrail source, MonitorTrail? target, TimeSpan stop, TimeSpan sourceOffset, TimeSpan targetOffset)
    {
        if (source.Completed is not { } completed)
        {
            return;
        }

        var sent = HostClock.ToOurs(completed.Timestamp, sourceOffset);
        _lines.Add((MigrationPlan.LastPass, StepPlacement.InsidePause, stop, sent));
        var done = sent;
        if (target?.Completed is { } loaded && HostClock.ToOurs(loaded.Timestamp, targetOffset) is var loadedAt && loadedAt > sent
            && !(loadedAt > CompletionNoticed))
        {
            _lines.Add((MigrationPlan.TargetLoads, StepPlacement.InsidePause, sent, loadedAt));
            done = loadedAt;
        }

        if (CompletionNoticed is { } noticed && noticed > done)
        {
            _lines.Add((MigrationPlan.Notice, StepPlacement.InsidePause, done, noticed));
        }
    }

    private void EndAt(string name, TimeSpan end)
    {
        var index = _lines.FindIndex(line => line.Name == name);
        if (index >= 0 && end > _lines[index].Start)
        {
            _lines[index] = _lines[index] with { End = end };
        }
    }

    private List<LedgerLine> Lines()
        => [.. _lines.OrderBy(line => line.Start).Select(line => new LedgerLine(line.Name, line.Placement, line.Start - _origin, line.End - line.Start))];
}
