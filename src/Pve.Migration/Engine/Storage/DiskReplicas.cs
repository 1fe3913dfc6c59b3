using Pve.Migration.Engine.Transfer;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine.Storage;

/// <summary>The disks of which the target has an older state. It is caught up with in rounds, beside the copy of the RAM as well.</summary>
/// <param name="run">The run.</param>
/// <param name="source">Its source.</param>
/// <param name="target">Its target.</param>
/// <param name="replicas">Those disks.</param>
/// <param name="lookAfterOthersAsync">Looks after the other disks while nobody else does, which is until these are caught up with.</param>
internal sealed class DiskReplicas(
    RunContext run, SourceVm source, TargetVm target, IReadOnlyList<DiskReplica> replicas, Func<CancellationToken, Task> lookAfterOthersAsync) : IAsyncDisposable
{
    // A round that has less to copy than that takes no longer than one with nothing.
    private const long Little = 256L << 10;

    // What is left after a round that gained nothing, as the time in which such a round copies it: the last one, inside the pause, takes as long.
    private static readonly TimeSpan LittleBeforehand = TimeSpan.FromSeconds(1);

    // Beside the copy of the RAM a round also has what was written since the one before, and the guest may have a busy moment.
    private static readonly TimeSpan LittleMeanwhile = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan UntilGone = TimeSpan.FromMilliseconds(1);

    private readonly CancellationTokenSource _caughtUp = new();
    private readonly CancellationTokenSource _stopped = new();
    private readonly AutoResetSignal _changed = new();
    private JobTrail? _trail;
    private Task _following = Task.CompletedTask;
    private bool _isCatchingUp = true;
    private volatile bool _isLast;

    public IEnumerable<DiskProgress> Progress => replicas.Select(replica => replica.Progress);

    private QmpClient Monitor => source.Monitor;

    /// <summary>Copies what was written since the target's images were alike, until little is left; then follows what is written besides.</summary>
    /// <exception cref="MigrationFailedException">It failed, or stood still.</exception>
    public async Task CatchUpAsync(TlsObjects tls, CancellationToken cancellationToken)
    {
        _trail = new JobTrail(Monitor, Tell);
        foreach (var replica in replicas)
        {
            await replica.AttachAsync(Monitor, tls, cancellationToken).ConfigureAwait(false);
        }

        var nodes = await BlockNodes.ReadAsync(Monitor, cancellationToken).ConfigureAwait(false);
        foreach (var replica in replicas)
        {
            var here = nodes.Find(replica.Disk.Node);
            DiskCheck.CompareSizes(replica.Disk, here, nodes.Find(replica.Node));
            await replica.PrepareAsync(Monitor, here.Image.VirtualSize, cancellationToken).ConfigureAwait(false);
        }

        var (before, behind) = (long.MaxValue, await LookAsync(cancellationToken).ConfigureAwait(false));
        while (behind > 0 && behind < before)
        {
            (before, behind) = (behind > Little ? behind : 0, await CopyAsync(behind, LittleBeforehand, cancellationToken).ConfigureAwait(false));
        }

        _isCatchingUp = false;
        _following = FollowAsync();
    }

    /// <summary>The last round; the guest is paused, and afterwards the images are alike.</summary>
    /// <exception cref="MigrationFailedException">It failed.</exception>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        _isLast = true;
        await _caughtUp.CancelAsync().ConfigureAwait(false);
        await LiftLimitsAsync(cancellationToken).ConfigureAwait(false);
        await _following.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (await LookAsync(cancellationToken).ConfigureAwait(false) > 0)
        {
            await RoundAsync(cancellationToken).ConfigureAwait(false);
            if (await LookAsync(cancellationToken).ConfigureAwait(false) > 0)
            {
                throw new MigrationFailedException("The disks were written while the guest was paused, and so are not alike.", "See who else writes them.");
            }
        }

        ThrowIfFailed();
    }

    /// <exception cref="MigrationFailedException">What was written cannot be copied any more.</exception>
    public void ThrowIfFailed()
    {
        if (_following is { IsFaulted: true, Exception.InnerException: { } failure })
        {
            throw new MigrationFailedException(failure.Message, (failure as MigrationFailedException)?.Remedy, failure);
        }

        ThrowIfLost();
    }

    private void ThrowIfLost()
    {
        if (replicas.Select(replica => _trail?.FailureAt(replica.Node)).FirstOrDefault(failure => failure is not null) is { } lost)
        {
            throw new MigrationFailedException($"What was written to a disk did not reach the target: {lost}.", "See that the target's disk has room, and that the way there is sound.");
        }
    }

    /// <summary>Begins nothing more, and waits for nothing any more; a round may still be under way.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _caughtUp.CancelAsync().ConfigureAwait(false);
        await _stopped.CancelAsync().ConfigureAwait(false);
        await _following.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        if (_trail is not null)
        {
            await _trail.DisposeAsync().ConfigureAwait(false);
        }

        _caughtUp.Dispose();
        _stopped.Dispose();
    }

    private void Tell()
    {
        _changed.Set();
        run.Changed.Set();
    }

    // A round that has begun is not given up for the pause: what it copies has to be copied.
    private async Task FollowAsync()
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                await Task.Delay(Interval, run.Time, _caughtUp.Token).ConfigureAwait(false);
                if (await LookAsync(_caughtUp.Token).ConfigureAwait(false) is > 0 and var behind)
                {
                    await CopyAsync(behind, LittleMeanwhile, _stopped.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // the last round follows, or none
        }
        finally
        {
            run.Changed.Set();
        }
    }

    /// <returns>What is left after it.</returns>
    private async Task<long> CopyAsync(long behind, TimeSpan little, CancellationToken cancellationToken)
    {
        var began = run.Time.GetTimestamp();
        await RoundAsync(cancellationToken).ConfigureAwait(false);
        if (_isLast)
        {
            return 0; // looked at by whoever ends it
        }

        var took = run.Time.GetElapsedTime(began);
        var left = await LookAsync(cancellationToken).ConfigureAwait(false);
        var leftTakes = took * ((double)left / behind);
        if (behind > Little && replicas.All(replica => replica.Disk.MaxBandwidth == 0))
        {
            run.Forecast.Disks = (took + leftTakes) / 2; // the last round may begin at any moment between two of these, and has no limit
        }

        if (left >= behind && leftTakes > little && !_isLast)
        {
            var disks = string.Join(", ", replicas.Where(replica => replica.Behind > 0).Select(replica => $"'{replica.Disk.Node}'"));
            throw new MigrationFailedException(
                $"The replicated disks ({disks}) are written as fast as they are copied: {left} bytes are left, and the guest would be paused for them.",
                "Raise their bandwidth, or give the guest less to write.");
        }

        return left;
    }

    private async Task<long> LookAsync(CancellationToken cancellationToken)
    {
        // Not query-named-block-nodes: it also looks at the filters of backups that have ended, and QEMU 7.2 crashes where one has no file any more.
        var devices = await Monitor.ExecuteAsync(QmpCommands.QueryBlock, cancellationToken: cancellationToken).ConfigureAwait(false);
        foreach (var replica in replicas)
        {
            replica.Look(devices);
        }

        return replicas.Sum(replica => replica.Behind);
    }

    private async Task RoundAsync(CancellationToken cancellationToken)
    {
        foreach (var replica in replicas.Where(replica => replica.Behind > 0))
        {
            await replica.BeginRoundAsync(Monitor, isLimited: !_isLast, cancellationToken).ConfigureAwait(false);
        }

        if (_isLast)
        {
            await LiftLimitsAsync(cancellationToken).ConfigureAwait(false); // the guest was paused while it began
        }

        var began = run.Time.GetTimestamp();
        var moved = replicas.ToDictionary(replica => replica.Job, _ => (Bytes: 0L, At: began));
        using var pollDue = run.Time.CreateTimer(_ => _changed.Set(), null, Interval, Interval);
        while (true)
        {
            Settle();
            if (!replicas.Any(replica => replica.IsUnderWay))
            {
                break;
            }

            await _changed.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (!replicas.Any(IsUnderWay))
            {
                continue; // inside the pause nothing more is asked
            }

            foreach (var job in await JobsAsync(cancellationToken).ConfigureAwait(false))
            {
                if (job.Offset != moved[job.Device].Bytes)
                {
                    moved[job.Device] = (job.Offset, run.Time.GetTimestamp());
                }

                await ThrowIfSilentAsync(replicas.First(replica => replica.Job == job.Device), run.Time.GetElapsedTime(moved[job.Device].At), cancellationToken).ConfigureAwait(false);
            }

            if (_isCatchingUp)
            {
                await lookAfterOthersAsync(cancellationToken).ConfigureAwait(false);
                run.Report(MigrationPlan.MirrorDisks, disks: [.. Progress]);
            }
        }

        await SeeThemGoneAsync(cancellationToken).ConfigureAwait(false);
    }

    private Task LiftLimitsAsync(CancellationToken cancellationToken)
        => Task.WhenAll(replicas.Where(IsUnderWay).Select(replica => replica.LiftLimitAsync(Monitor, cancellationToken)));

    // The guest's own writes wait for a way that is silent, until that is broken.
    private async Task ThrowIfSilentAsync(DiskReplica replica, TimeSpan stands, CancellationToken cancellationToken)
    {
        if (stands > replica.StandsFor || stands > run.Options.StallTimeout)
        {
            await DiskMirror.BreakAsync(Monitor, replica.Node, cancellationToken).ConfigureAwait(false);
            throw new MigrationFailedException(
                $"Not a byte of the disk '{replica.Disk.Node}' was copied for {stands.TotalSeconds:0.#} s.", "See that nothing blocks the way to the target.");
        }
    }

    // A job has ended before it is gone, and until then its filter may still be in the guest's way.
    private async Task SeeThemGoneAsync(CancellationToken cancellationToken)
    {
        while ((await JobsAsync(cancellationToken).ConfigureAwait(false)).Any())
        {
            await Task.Delay(UntilGone, run.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<IEnumerable<BlockJobInfo>> JobsAsync(CancellationToken cancellationToken)
    {
        var jobs = await Monitor.ExecuteAsync(QmpCommands.QueryBlockJobs, cancellationToken: cancellationToken).ConfigureAwait(false);
        return jobs.Where(job => replicas.Any(replica => replica.Job == job.Device));
    }

    // Notes which rounds have ended, and how.
    private void Settle()
    {
        if (_trail!.Lost is { } lost)
        {
            throw new MigrationFailedException($"The source QEMU is gone: {lost}");
        }

        foreach (var replica in replicas.Where(replica => replica.IsUnderWay))
        {
            if (_trail.EndOf(replica.Job) is { } end)
            {
                replica.EndRound(end.Offset);
                if (end.Error is not null)
                {
                    throw new MigrationFailedException($"What was written to the disk '{replica.Disk.Node}' could not be copied: {end.Error}.");
                }
            }
        }

        target.ThrowIfGone();
        ThrowIfLost();
    }

    private bool IsUnderWay(DiskReplica replica) => replica.IsUnderWay && _trail!.EndOf(replica.Job) is null;
}
