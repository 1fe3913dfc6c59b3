using Pve.Migration.Engine.Convergence;
using Pve.Migration.Engine.Transfer;
using Pve.Migration.Transports;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine.Storage;

/// <summary>The mirrors of all disks: source's node → NBD → the target's own image.</summary>
internal sealed class DiskMirrors(RunContext run, SourceVm source, TargetVm target, TlsObjects tls, Steering steering) : IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);

    // By how much less has to be left, or chance alone would find a new low again and again.
    private const long Gain = 1L << 20;

    private readonly List<DiskMirror> _mirrors = [];
    private readonly AutoResetSignal _changed = new();
    private JobTrail? _trail;
    private DiskReplicas? _replicas;
    private bool _blocksWrites;
    private long _moved;
    private long _movedAt;
    private decimal _least;
    private long _leastAt;

    /// <summary>How far each is.</summary>
    public IReadOnlyList<DiskProgress> Progress
        => [.. _mirrors.Select(ProgressOf).Concat(_replicas?.Progress ?? []).OrderBy(progress => run.Request.Disks.Index().First(disk => disk.Item.Node == progress.Node).Index)];

    private QmpClient Monitor => source.Monitor;

    /// <summary>Starts all of them and returns when every image is alike, and is kept so, where QEMU can, at each of the guest's writes.</summary>
    /// <exception cref="MigrationFailedException">One failed, or stood still.</exception>
    public async Task MirrorAsync(IReadOnlyList<DiskExport> exports, CancellationToken cancellationToken)
    {
        _trail = new JobTrail(Monitor, Tell);
        var commands = await Monitor.ExecuteAsync(QmpCommands.QueryCommands, cancellationToken: cancellationToken).ConfigureAwait(false);
        var mayChangeMode = commands.Any(command => command.Name == QmpCommands.BlockJobChange.Name);
        foreach (var (index, disk) in run.Request.Disks.Index().Where(disk => disk.Item.Bitmap is null))
        {
            var mirror = new DiskMirror(disk, exports[index], NameOf(index));
            _mirrors.Add(mirror);
            await mirror.AttachAsync(Monitor, tls, cancellationToken).ConfigureAwait(false);
        }

        await CompareSizesAsync(cancellationToken).ConfigureAwait(false);
        foreach (var mirror in _mirrors)
        {
            await mirror.StartAsync(Monitor, cancellationToken).ConfigureAwait(false);
        }

        await UntilAsync(() => _mirrors.TrueForAll(mirror => _trail.IsReady(mirror.Job)), cancellationToken).ConfigureAwait(false);
        if (mayChangeMode)
        {
            await BlockWritesAsync(cancellationToken).ConfigureAwait(false);
        }

        var replicas = run.Request.Disks.Index().Where(disk => disk.Item.Bitmap is not null)
            .Select(disk => new DiskReplica(disk.Item, exports[disk.Index], NameOf(disk.Index))).ToList();
        if (replicas.Count > 0)
        {
            _replicas = new DiskReplicas(run, source, target, replicas, LookAfterMirrorsAsync);
            await _replicas.CatchUpAsync(tls, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends them with both images alike; the guest is paused.</summary>
    /// <exception cref="MigrationFailedException">One failed.</exception>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var replicas = _replicas?.FinishAsync(either.Token) ?? Task.CompletedTask;
        try
        {
            // Each is told before the first is waited for. To cancel a mirror that is ready is to complete it without changing over to the target.
            await Task.WhenAll(_mirrors.Select(mirror => mirror.FinishAsync(Monitor, cancellationToken))).ConfigureAwait(false);
            while (!_mirrors.TrueForAll(HasFinished))
            {
                await _changed.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch
        {
            await either.CancelAsync().ConfigureAwait(false); // nothing is begun any more beside what undoes it
            await replicas.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        await replicas.ConfigureAwait(false);
    }

    /// <summary>Looks whether all of them are still kept alike; without disks there is nothing to see.</summary>
    /// <exception cref="MigrationFailedException">One has ended before it was told to: the target's image is worth nothing.</exception>
    public void ThrowIfFailed()
    {
        _replicas?.ThrowIfFailed();
        ThrowIfMirrorFailed();
    }

    /// <summary>Looks, beside the copy of the RAM, that the guest's writes wait for none of them.</summary>
    /// <exception cref="MigrationFailedException">The way to the target is silent.</exception>
    /// <exception cref="QmpException">The monitor is lost.</exception>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        if (!_blocksWrites)
        {
            return;
        }

        try
        {
            await PollAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (QmpException e) when (e.ConnectionUsable)
        {
            // asked again soon
        }

        run.Report(MigrationPlan.CopyRam, disks: Progress);
    }

    /// <summary>Ends what is under way, and detaches the target's images.</summary>
    public async Task AbandonAsync(CancellationToken cancellationToken)
    {
        if (_replicas is not null)
        {
            await _replicas.StopAsync(cancellationToken).ConfigureAwait(false);
        }

        await DetachAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lets go of the target's images. Whatever was asked for may be there, though its answer never came.</summary>
    public Task DetachAsync(CancellationToken cancellationToken)
        => Monitor.Ended.IsCompleted
            ? Task.CompletedTask
            : LeftoverMirrors.RemoveAsync(Monitor, run.Request.VmId, run.Request.Disks.Count, run.Time, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_replicas is not null)
        {
            await _replicas.DisposeAsync().ConfigureAwait(false);
        }

        if (_trail is not null)
        {
            await _trail.DisposeAsync().ConfigureAwait(false);
        }
    }

    private string NameOf(int index) => LeftoverMirrors.NameOf(run.Request.VmId, index);

    // What the copy of the RAM waits for is told as well, so that a mirror that fails in the meantime ends it.
    private void Tell()
    {
        _changed.Set();
        run.Changed.Set();
    }

    private async Task CompareSizesAsync(CancellationToken cancellationToken)
    {
        var nodes = await BlockNodes.ReadAsync(Monitor, cancellationToken).ConfigureAwait(false);
        foreach (var mirror in _mirrors)
        {
            DiskCheck.CompareSizes(mirror.Disk, nodes.Find(mirror.Disk.Node), nodes.Find(mirror.Node));
        }
    }

    // From here on a write of the guest ends when it has reached both images, so that nothing is left to copy at the switchover.
    private async Task BlockWritesAsync(CancellationToken cancellationToken)
    {
        _blocksWrites = _mirrors.Count > 0;
        foreach (var mirror in _mirrors)
        {
            await mirror.BlockWritesAsync(Monitor, cancellationToken).ConfigureAwait(false);
        }

        await UntilAsync(() => _mirrors.TrueForAll(mirror => mirror.IsInStep), cancellationToken).ConfigureAwait(false);
    }

    private async Task UntilAsync(Func<bool> isDone, CancellationToken cancellationToken)
    {
        (_movedAt, _least, _leastAt) = (run.Time.GetTimestamp(), decimal.MaxValue, run.Time.GetTimestamp());
        using var pollDue = run.Time.CreateTimer(_ => _changed.Set(), null, PollInterval, PollInterval);
        while (true)
        {
            await LookAfterMirrorsAsync(cancellationToken).ConfigureAwait(false);
            run.Report(MigrationPlan.MirrorDisks, disks: Progress);
            if (isDone())
            {
                return;
            }

            ThrowIfStalled();
            await _changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    // Until all disks are alike.
    private async Task LookAfterMirrorsAsync(CancellationToken cancellationToken)
    {
        ThrowIfMirrorFailed();
        target.ThrowIfGone(); // a mirror that is slowed down would meet its end much later
        steering.ThrowIfTooLate();
        await PollAsync(cancellationToken).ConfigureAwait(false);
    }

    private void ThrowIfStalled()
    {
        var now = run.Time.GetTimestamp();
        if (_mirrors.Sum(mirror => mirror.Progress.CopiedBytes) is var moved && moved != _moved)
        {
            (_moved, _movedAt) = (moved, now);
        }

        // each one's own: what it has left shows only once it has begun
        if (_mirrors.Sum(mirror => (decimal)mirror.LeastLeft) is var least && least < _least - Gain)
        {
            (_least, _leastAt) = (least, now);
        }

        if (run.Time.GetElapsedTime(_movedAt) > run.Options.StallTimeout)
        {
            throw new MigrationFailedException(
                $"Not a byte of the disks was mirrored for {run.Options.StallTimeout.TotalSeconds:0.#} s.", "See that nothing blocks the way to the target.");
        }

        if (run.Time.GetElapsedTime(_leastAt) > run.Options.MirrorTimeout)
        {
            throw new MigrationFailedException(
                $"The disks are written as fast as they are mirrored: {Left} bytes are left, and for {run.Options.MirrorTimeout.TotalSeconds:0.#} s they have not become fewer.",
                "Give the mirrors more bandwidth, or the guest less to write.");
        }
    }

    private long Left => _mirrors.Sum(mirror => mirror.Progress.TotalBytes - mirror.Progress.CopiedBytes);

    private async Task PollAsync(CancellationToken cancellationToken)
    {
        var jobs = await Monitor.ExecuteAsync(QmpCommands.QueryBlockJobs, cancellationToken: cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested(); // the copy is over: nobody wants to know any more
        var now = run.Time.GetTimestamp();
        foreach (var mirror in _mirrors)
        {
            mirror.Note(jobs.FirstOrDefault(job => job.Device == mirror.Job), now);
            if (_blocksWrites && mirror.StandsSince is { } since && run.Time.GetElapsedTime(since, now) >= mirror.StandsFor)
            {
                mirror.IsGivenUp = true;
                await DiskMirror.BreakAsync(Monitor, mirror.Node, cancellationToken).ConfigureAwait(false);
                ThrowIfMirrorFailed();
            }
        }
    }

    // A job that has ended is in no poll any more: its event told the rest.
    private DiskProgress ProgressOf(DiskMirror mirror)
        => _trail?.EndOf(mirror.Job) is { } end
            ? new DiskProgress(mirror.Disk.Node, end.Offset, end.Len, end.Error is null)
            : mirror.Progress;

    private bool HasFinished(DiskMirror mirror)
    {
        if (_trail!.Lost is { } lost)
        {
            throw new MigrationFailedException($"The source QEMU is gone: {lost}");
        }

        return _trail.EndOf(mirror.Job) is { } end
            && (end.Error is null ? true : throw new MigrationFailedException($"The mirror of the disk '{mirror.Disk.Node}' did not finish: {end.Error}."));
    }

    private void ThrowIfMirrorFailed()
    {
        if (_mirrors.Select(FailureOf).FirstOrDefault(failure => failure is not null) is { } failure)
        {
            throw new MigrationFailedException(failure, "See that the target's disk has room, and that the way there is sound.");
        }
    }

    // Before it is told to finish, no mirror ends but by a fault.
    private string? FailureOf(DiskMirror mirror)
        => mirror.IsGivenUp
            ? $"What the guest wrote to the disk '{mirror.Disk.Node}' did not reach the target, and it waited for that."
            : _trail!.EndOf(mirror.Job) is { } end && (end.Error is not null || !mirror.IsFinishing)
            ? $"The mirror of the disk '{mirror.Disk.Node}' has ended: {end.Error ?? "somebody else completed it"}."
            : null;
}
