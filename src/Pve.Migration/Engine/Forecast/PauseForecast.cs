using Pve.Qmp.Commands;

namespace Pve.Migration.Engine.Forecast;

/// <summary>Says before the pause how long it will be, and afterwards learns how long it was.</summary>
internal sealed class PauseForecast(MigrationRequest request, PauseLessons lessons)
{
    // Less is gone before a rate can be told from it.
    private const long TellingBytes = 4L << 20;
    private const double NearTheLimit = 0.8;
    private const double NearlyAll = 0.9;
    private const double MostSeconds = 1e9;

    private readonly CopyRate _rate = new();
    private long _limit = -1;
    private long _pass;
    private long _rest;
    private long _formerRest;
    private TimeSpan _passBegan;
    private double _copied;

    /// <summary>The pause beside the RAM.</summary>
    public TimeSpan FixedPart => lessons.For(request).FixedPart;

    /// <summary>What the last round of replicated disks takes.</summary>
    public TimeSpan Disks { get; set; }

    /// <summary>The latest forecast; null before the first, and where it has no bound.</summary>
    public TimeSpan? Pause { get; private set; }

    /// <summary>When the guest will run on the target, since the migration began; null where the copy gets nowhere.</summary>
    public TimeSpan? End { get; private set; }

    /// <summary>Why the copy does not get on; null where it does.</summary>
    public string? WaitsFor { get; set; }

    /// <summary>
    /// While the copy is held, the pause will be as short as it may be first, unless the guest dirties its RAM as fast as the way is known to carry it: then it
    /// will be whatever the goal allows.
    /// </summary>
    /// <param name="ram">The RAM's progress.</param>
    /// <param name="firstLimit">The downtime limit that QEMU will have first.</param>
    /// <param name="allowed">The bandwidth that the copy may take, in bytes a second; 0 is no limit.</param>
    /// <param name="longest">The longest pause that there may be; null where it has no bound.</param>
    public void Hold(MigrationRamStats ram, TimeSpan firstLimit, long allowed, TimeSpan? longest)
    {
        var known = lessons.For(request);
        var rate = Math.Min(known.BytesPerSecond ?? double.PositiveInfinity, allowed > 0 ? allowed : double.PositiveInfinity);
        (Pause, End, WaitsFor) = (Dirtied(ram) >= rate ? longest : firstLimit + known.FixedPart + Disks, null, "the caller's go");
    }

    /// <summary>
    /// If QEMU switches over by itself, it sends what the pass under way began with, or what its limit allows if that is less. A limit that allows all of it, as
    /// one that was just raised may, lets it switch over in the middle of the pass, with what the guest has dirtied meanwhile.
    /// </summary>
    /// <param name="ram">The RAM's progress.</param>
    /// <param name="downtimeLimit">The limit that QEMU has.</param>
    /// <param name="bandwidthLimit">The bandwidth limit that QEMU has, in bytes a second; 0 is none.</param>
    /// <param name="now">Since the migration began.</param>
    public void Look(MigrationRamStats ram, TimeSpan downtimeLimit, long bandwidthLimit, TimeSpan now)
    {
        var known = lessons.For(request);
        if (ram.DirtySyncCount != _pass || ram.DirtySyncCount <= 1)
        {
            _formerRest = _pass > 1 ? _rest : 0; // how much the first one had to send was seen at no one moment
            (_pass, _rest, _passBegan) = (ram.DirtySyncCount, ram.Remaining, now);
        }

        if (bandwidthLimit != _limit)
        {
            _rate.Restart();
            _limit = bandwidthLimit;
        }

        _rate.Note(ram, now);
        _copied = _rate.BytesPerSecond;
        if (_copied <= 0)
        {
            (Pause, End) = (downtimeLimit + known.FixedPart + Disks, null);
            return;
        }

        // Held back by the limit, it does not tell how fast the last of it will go.
        var isHeldBack = bandwidthLimit > 0 && _copied > NearTheLimit * bandwidthLimit;
        var rate = isHeldBack ? Math.Max(_copied, known.BytesPerSecond ?? 0) : _copied;
        var dirtied = Dirtied(ram);
        var allowed = _copied * downtimeLimit.TotalSeconds;
        var last = allowed < _rest ? allowed : Left(ram, dirtied * (now - _passBegan).TotalSeconds);
        Pause = TimeSpan.FromSeconds(last / rate) + known.FixedPart + Disks;
        var gained = _copied - dirtied;
        End = gained > 0 ? now + TimeSpan.FromSeconds(Math.Min(ram.Remaining / gained, MostSeconds)) + Pause : null;
    }

    private static double Dirtied(MigrationRamStats ram) => (double)ram.DirtyPagesRate * ram.PageSize;

    // What the pass has not sent yet, and of the rest as much as was dirtied again: the guest writes anywhere. Where the passes do not shrink, what one sends was
    // dirtied again before it ended, once or several times, so that QEMU's rate is the least: it is more then, up to all.
    private double Left(MigrationRamStats ram, double dirtied)
    {
        var unsent = Math.Min(ram.Remaining, _rest);
        var sent = _rest - unsent;
        var again = _rest > 0 ? sent * Math.Min(1, dirtied / _rest) : 0;
        var shrinks = _rest < NearlyAll * _formerRest;
        return unsent + (shrinks || _formerRest == 0 ? again : (again + sent) / 2);
    }

    /// <summary>Learns from a pause that is over.</summary>
    /// <param name="ledger">Where its time went.</param>
    /// <param name="counted">What the source's QEMU counted.</param>
    public void Learn(DowntimeLedger ledger, MigrationInfo? counted)
    {
        if (ledger.Paused is not { } paused || _copied <= 0 || counted?.Ram?.DowntimeBytes is not { } bytes)
        {
            return;
        }

        var lastPass = ledger.Lines.FirstOrDefault(line => line.Name == MigrationPlan.LastPass)?.Duration ?? TimeSpan.Zero;
        double? rate = bytes >= TellingBytes && lastPass > TimeSpan.Zero ? bytes / lastPass.TotalSeconds : null;
        var sent = TimeSpan.FromSeconds(bytes / (rate ?? _copied));
        sent = sent < lastPass ? sent : lastPass;
        var disks = ledger.Lines.FirstOrDefault(line => line.Name == MigrationPlan.FinishMirrors)?.Duration ?? TimeSpan.Zero;
        lessons.Learn(request, new PauseEstimate(paused - sent - (Disks < disks ? Disks : disks), rate));
    }
}
