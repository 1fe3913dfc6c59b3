using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine;

/// <summary>
/// Lets the guest go ahead of its RAM. The moment that QEMU is told to is a commit point: from there each side holds a part of the guest that the other one
/// has not, and it only goes forward.
/// </summary>
internal sealed class PostCopy(RunContext run, SourceVm source, TargetVm target)
{
    public const string Start = "start post-copy";
    public const string Rest = "copy the rest";

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);

    private bool _isSent;
    private long _moved;
    private long _movedAt;
    private long? _stuckAt;

    /// <summary>What carries the rest.</summary>
    public PostCopyConnection Connection { get; } = new(run, source, target);

    /// <summary>
    /// Whether the guest can no longer be given back to the source. What was sent counts, unless QEMU said that it came to another end without it.
    /// </summary>
    public bool HasBegun => _isSent
        && (source.Trail!.WentAhead is not null || source.Trail.Lost is not null || source.Trail.Status is not { } status || !SourceVm.IsOver(status));

    /// <summary>Starts it and waits until the target has all but the RAM. Where the copy ended in the meantime, that is as good.</summary>
    /// <exception cref="MigrationFailedException">QEMU refused, or something broke: <see cref="HasBegun"/> says whether it can be undone.</exception>
    public async Task StartAsync()
    {
        run.Pause.Commit();
        run.Phase.Enter(MigrationPhase.Committing);
        using var deadline = run.Deadline(run.Options.LoadTimeout);
        _isSent = true;
        try
        {
            await source.Monitor.ExecuteAsync(QmpCommands.MigrateStartPostcopy, cancellationToken: deadline.Token).ConfigureAwait(false);
            while (!HasArrived())
            {
                ThrowIfBroken();
                await run.Changed.WaitAsync(deadline.Token).ConfigureAwait(false);
            }
        }
        catch (QmpCommandException e)
        {
            _isSent = false;
            throw new MigrationFailedException($"QEMU refused to start post-copy: {e.Description}", null, e);
        }
        catch (OperationCanceledException)
        {
            throw new MigrationFailedException($"The target has not taken the guest over within {run.Options.LoadTimeout.TotalSeconds:0.#} s.");
        }
    }

    /// <summary>Waits, after the guest runs on the target, until all of it is there.</summary>
    /// <exception cref="MigrationFailedException">A side is lost, or the way between them could not be mended.</exception>
    public async Task FinishAsync()
    {
        _movedAt = run.Time.GetTimestamp();
        using var pollDue = run.Time.CreateTimer(_ => run.Changed.Set(), null, PollInterval, PollInterval);
        while (source.Trail!.Status != MigrationStatus.Completed || target.Trail!.Completed is null)
        {
            ThrowIfBroken();
            if (source.Trail.Status == MigrationStatus.PostcopyPaused)
            {
                await Connection.MendAsync(TimeLeft()).ConfigureAwait(false);
                _movedAt = run.Time.GetTimestamp();
            }
            else if (run.Time.GetElapsedTime(_movedAt) > run.Options.StallTimeout)
            {
                TimeLeft();
                await Connection.BreakAsync().ConfigureAwait(false);
                _movedAt = run.Time.GetTimestamp();
            }

            await run.Changed.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            await LookAsync().ConfigureAwait(false);
        }
    }

    // Of what may pass until something moves again, however often it was mended meanwhile.
    private TimeSpan TimeLeft()
    {
        _stuckAt ??= run.Time.GetTimestamp();
        var left = run.Options.MendTimeout - run.Time.GetElapsedTime(_stuckAt.Value);
        return left > TimeSpan.Zero
            ? left
            : throw new MigrationFailedException($"Nothing of the rest has moved for {run.Options.MendTimeout.TotalSeconds:0.#} s, and no new connection helped.");
    }

    private bool HasArrived()
        => target.Trail!.Completed is not null || (source.Trail!.WentAhead is not null && target.Trail.WentAhead is not null);

    private void ThrowIfBroken()
    {
        if (source.Trail!.Lost is { } lost)
        {
            throw new MigrationFailedException($"The source QEMU is gone: {lost}");
        }

        target.ThrowIfGone();
        if (source.Trail.Status is { } status && (status == MigrationStatus.Failed || status == MigrationStatus.Cancelled))
        {
            throw new MigrationFailedException($"The connection between both QEMUs is lost ({status}).");
        }
    }

    private async Task LookAsync()
    {
        try
        {
            using var patience = run.Deadline(PollInterval);
            var info = await source.Monitor.ExecuteAsync(QmpCommands.QueryMigrate, cancellationToken: patience.Token).ConfigureAwait(false);
            run.Report(Rest, info);
            if (info.Ram?.Transferred is { } moved && moved != _moved)
            {
                (_moved, _movedAt, _stuckAt) = (moved, run.Time.GetTimestamp(), null);
            }
        }
        catch (Exception e) when (e is QmpException or OperationCanceledException)
        {
            // the events tell what matters
        }
    }
}
