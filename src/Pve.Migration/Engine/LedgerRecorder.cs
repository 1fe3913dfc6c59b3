namespace Pve.Migration.Engine;

/// <summary>Collects the ledger's lines: steps by our own clock, QEMU's parts by its events.</summary>
internal sealed class LedgerRecorder(TimeProvider time)
{
    private readonly List<(string Name, StepPlacement Placement, TimeSpan Start, TimeSpan End)> _lines = [];
    private readonly TimeSpan _origin = Now(time);
    private TimeSpan _previousEnd = Now(time);

    public TimeSpan Elapsed => Now(time) - _origin;

    /// <summary>Runs a step and notes its time. It counts from the end of the step before, so that nothing falls between two lines.</summary>
    /// <param name="step">The step.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <param name="grace">How long one that does not heed the token is waited for; 5 s at most.</param>
    public async Task TimeAsync(MigrationStep step, CancellationToken cancellationToken, TimeSpan? grace = null)
    {
        var start = _previousEnd;
        try
        {
            await step.Do(cancellationToken).HeedingAsync(time, cancellationToken, grace).ConfigureAwait(false);
        }
        finally
        {
            _previousEnd = Now(time);
            _lines.Add((step.Name, step.Placement, start, _previousEnd));
        }
    }

    /// <summary>The step that took the most since <paramref name="from"/>, and how much of it.</summary>
    public (string Name, TimeSpan Took) LongestSince(TimeSpan from)
        => _lines.Select(line => (line.Name, Took: line.End - (line.Start > from ? line.Start : from))).MaxBy(line => line.Took);

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

        if (source.WentAhead is not null)
        {
            BeginThePauseAt(stop);
            return EndedAt(stop, resume, source, target);
        }

        var (begun, noticed) = (stop, EndAt(MigrationPlan.CopyRam, stop));
        if (TakeOut(MigrationPlan.SwitchOver) is { } switchOver)
        {
            AddStop(source, stop, noticed, sourceOffset);
            (begun, noticed) = (switchOver.Start, switchOver.End);
        }

        AddQemuLines(source, target, begun, noticed, sourceOffset, targetOffset);
        return EndedAt(stop, resume, source, target);
    }

    private DowntimeLedger EndedAt(TimeSpan stop, TimeSpan? resume, MonitorTrail source, MonitorTrail? target)
    {
        if (resume is { } end)
        {
            EndThePauseAt(end);
        }

        return new DowntimeLedger
        {
            Lines = Lines(),
            Paused = resume - stop,
            HandoverGap = source.WentAhead is null ? target?.Resumed?.Timestamp - target?.Completed?.Timestamp : null,
            ClockError = resume is null ? TimeSpan.Zero : source.Clock.Error + target!.Clock.Error,
        };
    }

    private static TimeSpan Now(TimeProvider time) => time.GetElapsedTime(0);

    // What QEMU did between STOP and completed, and how long it took to be noticed.
    private void AddQemuLines(MonitorTrail source, MonitorTrail? target, TimeSpan stop, TimeSpan noticed, TimeSpan sourceOffset, TimeSpan targetOffset)
    {
        if (source.Completed is not { } completed)
        {
            AddQemuLine(MigrationPlan.LastPass, stop, noticed);
            return;
        }

        var sent = HostClock.ToOurs(completed.Timestamp, sourceOffset);
        AddQemuLine(MigrationPlan.LastPass, stop, sent);
        var done = sent;
        if (target?.Completed is { } loaded && HostClock.ToOurs(loaded.Timestamp, targetOffset) is var loadedAt && loadedAt > sent
            && loadedAt <= noticed)
        {
            AddQemuLine(MigrationPlan.TargetLoads, sent, loadedAt);
            done = loadedAt;
        }

        AddQemuLine(MigrationPlan.Notice, done, noticed);
    }

    private void AddQemuLine(string name, TimeSpan start, TimeSpan end)
    {
        if (end > start)
        {
            _lines.Add((name, StepPlacement.InsidePause, start, end));
        }
    }

    // In post-copy the guest runs on through the steps before it is told to go ahead.
    private void BeginThePauseAt(TimeSpan stop)
    {
        foreach (var line in _lines.Where(line => line.Placement == StepPlacement.InsidePause && line.Start < stop).ToList())
        {
            _lines.Remove(line);
            _lines.Add(line with { Placement = StepPlacement.BeforePause, End = line.End < stop ? line.End : stop });
            if (line.End > stop)
            {
                _lines.Add(line with { Start = stop });
            }
        }
    }

    // QEMU's stamps are whole microseconds, so that RESUME may seem to lie before the step that caused it.
    private void EndThePauseAt(TimeSpan end)
    {
        for (var i = 0; i < _lines.Count; i++)
        {
            var line = _lines[i];
            if (line.Placement == StepPlacement.InsidePause && line.End > end)
            {
                _lines[i] = line with { Start = line.Start < end ? line.Start : end, End = end };
            }
        }
    }

    // Where disks are mirrored, QEMU stops the guest and waits to be told to go on.
    private void AddStop(MonitorTrail source, TimeSpan stop, TimeSpan noticed, TimeSpan sourceOffset)
    {
        var reached = source.PreSwitchover is { } seen ? HostClock.ToOurs(seen.Timestamp, sourceOffset) : noticed;
        AddQemuLine(MigrationPlan.StopGuest, stop, reached);
        AddQemuLine(MigrationPlan.NoticeStop, reached, noticed);
    }

    private (TimeSpan Start, TimeSpan End)? TakeOut(string name)
    {
        var index = _lines.FindIndex(line => line.Name == name);
        if (index < 0)
        {
            return null;
        }

        var line = _lines[index];
        _lines.RemoveAt(index);
        return (line.Start, line.End);
    }

    // Cuts a line where QEMU's own part began, and returns its end as it was.
    private TimeSpan EndAt(string name, TimeSpan end)
    {
        var index = _lines.FindIndex(line => line.Name == name);
        if (index < 0)
        {
            return end;
        }

        var before = _lines[index].End;
        if (end > _lines[index].Start && end < before)
        {
            _lines[index] = _lines[index] with { End = end };
        }

        return before;
    }

    private List<LedgerLine> Lines()
        => [.. _lines.OrderBy(line => line.Start).Select(line => new LedgerLine(line.Name, line.Placement, line.Start - _origin, line.End - line.Start))];
}
