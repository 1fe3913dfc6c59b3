using System.Runtime.InteropServices;
using Pve.Migration.Engine.Preflight;
using Pve.Migration.Engine.Recovery;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine;

/// <summary>The side the guest leaves.</summary>
internal sealed class SourceVm(RunContext run) : IAsyncDisposable
{
    private const string DescriptorName = "migrate";

    private static readonly TimeSpan SettleInterval = TimeSpan.FromMilliseconds(20);

    // A monitor that is not held answers in a millisecond.
    private static readonly TimeSpan IsHeldAfter = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private CapabilitySet? _capabilities;
    private bool? _pauseNoted;

    public QmpClient Monitor => run.Request.Source;

    /// <summary>What its events told; null before it is watched.</summary>
    public MonitorTrail? Trail { get; private set; }

    /// <summary>Who stopped its guest.</summary>
    public StopCause Stop => field ??= new StopCause(Monitor, run.Time, NotePause);

    /// <summary>Whether the guest was paused by somebody else, and is to be paused wherever it comes to be.</summary>
    public bool StaysPaused => Stop.IsSomebodys;

    /// <summary>Completes once the journal holds whether it does; fails with <see cref="MigrationJournalException"/>.</summary>
    public Task PauseNoted { get; private set; } = Task.CompletedTask;

    /// <summary>That the guest ended by its own doing, and how; null while it has not.</summary>
    public string? GuestEnded
        => Trail?.GuestEnd is { } reason ? $"The guest ended on the source by itself ({reason}), and is as it would be without a migration." : null;

    /// <summary>Whether <see cref="TakeBackAsync"/> may let a paused guest go on: only once the target is proven gone.</summary>
    public bool MayContinue { get; set; }

    public CapabilitySet Capabilities => _capabilities ?? throw new InvalidOperationException("The source has not been checked yet.");

    /// <summary>The address of what <see cref="TakeDescriptorAsync"/> was given.</summary>
    public const string DescriptorUri = "fd:" + DescriptorName;

    /// <summary>Gives QEMU the socket that it sends to.</summary>
    public async Task TakeDescriptorAsync(SafeHandle descriptor, CancellationToken cancellationToken)
        => await Monitor.ExecuteAsync(QmpCommands.GetFd, new FdName(DescriptorName), new QmpCallOptions { FileDescriptor = descriptor }, cancellationToken).ConfigureAwait(false);

    /// <summary>Takes it back, unless a migration has taken it.</summary>
    public async Task CloseDescriptorAsync(CancellationToken cancellationToken)
        => await Monitor.TryExecuteAsync(QmpCommands.CloseFd, new FdName(DescriptorName), cancellationToken: cancellationToken).ConfigureAwait(false);

    /// <summary>Looks whether the guest can be migrated from here.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        Watch();
        Stop.FoundPaused = await SourceChecks.RunAsync(Monitor, run.Findings, cancellationToken).ConfigureAwait(false) == RunState.Paused;
        _capabilities = await CapabilitySet.ReadAsync(Monitor, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sets what this migration needs; undone by <see cref="RestoreAsync"/>.</summary>
    public async Task ConfigureAsync(
        IReadOnlyCollection<MigrationCapability> wanted, MigrationParameters parameters, CancellationToken cancellationToken)
    {
        await NoteAsync().ConfigureAwait(false);
        await Capabilities.ApplyAsync(wanted, cancellationToken).ConfigureAwait(false);
        await Capabilities.ApplyAsync(parameters, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>For a run that is taken up after a crash: what <see cref="RestoreAsync"/> has to put back.</summary>
    public async Task RecallAsync(FoundSettings found, CancellationToken cancellationToken)
        => _capabilities = (await CapabilitySet.ReadAsync(Monitor, cancellationToken).ConfigureAwait(false)).With(found);

    public Task RestoreAsync(CancellationToken cancellationToken)
        => _capabilities is null || Monitor.Ended.IsCompleted ? Task.CompletedTask : _capabilities.RestoreAsync(cancellationToken);

    private Task NoteAsync()
    {
        lock (_gate)
        {
            var isPaused = StaysPaused;
            _pauseNoted = isPaused;
            return PauseNoted = run.Journal.WriteAsync(JournalMark.Found, FoundSettings.Source, Capabilities.Found(isPaused).ToJson());
        }
    }

    // A recovery must neither let go on what somebody has paused meanwhile, nor keep paused what somebody let go on.
    private void NotePause()
    {
        lock (_gate)
        {
            if (_pauseNoted is { } noted && noted != StaysPaused)
            {
                _ = NoteAsync();
            }
        }
    }

    private void Watch()
    {
        run.Pause.AskBefore(Stop.IsMigrationsAsync);
        Trail ??= new MonitorTrail(Monitor, run.Changed, run.Pause, Stop);
    }

    /// <summary>Whether QEMU has ended because its guest had.</summary>
    public async Task<bool> WentWithItsGuestAsync()
    {
        if (Trail is null || !Monitor.Ended.IsCompleted)
        {
            return false;
        }

        await Trail.Ended.ConfigureAwait(false);
        return GuestEnded is not null;
    }

    /// <exception cref="MigrationFailedException">The guest has ended.</exception>
    public void ThrowIfGuestEnded()
    {
        if (GuestEnded is { } ended)
        {
            throw new MigrationFailedException(ended);
        }
    }

    /// <summary>What the guest does here; null where the monitor cannot be asked.</summary>
    /// <param name="mayCut">
    /// Whether the stream may be cut where the monitor does not answer, since a last pass that cannot be written holds it. QEMU then lets the guest go on.
    /// </param>
    public async Task<StatusInfo?> TryQueryAsync(bool mayCut = false)
    {
        using var deadline = run.Deadline(run.Options.RollbackTimeout);
        try
        {
            var asked = Monitor.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: deadline.Token);
            if (mayCut && await asked.IsLateAsync(IsHeldAfter, run.Time).ConfigureAwait(false))
            {
                await CutStreamAsync().ConfigureAwait(false);
            }

            return await asked.ConfigureAwait(false);
        }
        catch (Exception e) when (e is QmpException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Whether its QEMU lives, and with it the guest; one whose monitor is held says so out of band.</summary>
    public async Task<bool> IsThereAsync() => await AnswersOutOfBandAsync().ConfigureAwait(false) || await TryQueryAsync().ConfigureAwait(false) is not null;

    /// <summary>Whether its QEMU lives, however its monitor is held; false as well where it has no other way to be asked.</summary>
    public async Task<bool> AnswersOutOfBandAsync()
    {
        if (OutOfBand is not { } monitor)
        {
            return false;
        }

        using var patience = run.Deadline(IsHeldAfter);
        try
        {
            await monitor.ExecuteAsync(QmpCommands.QueryYank, new QmpCallOptions { OutOfBand = true }, patience.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is QmpException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>The state of the stream; null where the monitor cannot be asked.</summary>
    public async Task<MigrationStatus?> TryQueryStreamAsync()
    {
        using var deadline = run.Deadline(run.Options.RollbackTimeout);
        try
        {
            var info = await Monitor.ExecuteAsync(QmpCommands.QueryMigrate, cancellationToken: deadline.Token).ConfigureAwait(false);
            return info.Status ?? MigrationStatus.None;
        }
        catch (Exception e) when (e is QmpException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>What the guest does once the run state has followed the end of its stream, which it does a moment later.</summary>
    public async Task<StatusInfo?> TrySettleAsync(StatusInfo? status, MigrationStatus? stream)
    {
        using var patience = run.Deadline(IsHeldAfter);
        while (status?.Status == RunState.FinishMigrate && stream is { } ended && IsOver(ended) && !patience.IsCancellationRequested)
        {
            await Task.Delay(SettleInterval, run.Time).ConfigureAwait(false);
            status = await TryQueryAsync().ConfigureAwait(false);
        }

        return status;
    }

    private QmpClient? OutOfBand => run.Request.SourceOutOfBand ?? (Monitor.IsOutOfBandEnabled ? Monitor : null);

    private async Task CutStreamAsync()
    {
        if (OutOfBand is not { } monitor)
        {
            return;
        }

        using var patience = run.Deadline(IsHeldAfter);
        try
        {
            var stream = new YankArguments([new YankInstance { Type = "migration" }]);
            await monitor.ExecuteAsync(QmpCommands.Yank, stream, new QmpCallOptions { OutOfBand = true }, patience.Token).ConfigureAwait(false);
            run.Warn("The source's monitor did not answer, and its stream was cut out of band (yank).");
        }
        catch (Exception e) when (e is QmpException or OperationCanceledException)
        {
            run.Warn($"The source's monitor does not answer, and its stream could not be cut out of band: {e.Message}");
        }
    }

    /// <summary>Gives the guest back to the source: cancels what is under way, and continues what is paused where it may.</summary>
    public async Task TakeBackAsync(CancellationToken cancellationToken)
    {
        try
        {
            await CancelAndContinueAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (QmpConnectionException)
        {
            if (!await WentWithItsGuestAsync().ConfigureAwait(false))
            {
                throw;
            }
        }
    }

    /// <summary>Ends the source's QEMU, whose guest runs elsewhere now.</summary>
    /// <exception cref="MigrationFailedException">Its monitor was lost, and whether it heard of it is not known.</exception>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        using var shutdown = Monitor.Subscribe("SHUTDOWN");
        try
        {
            await Monitor.ExecuteAsync(QmpCommands.Quit, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (QmpConnectionException)
        {
            // it may be gone before it could answer, but not before it says so
            await Monitor.Ended.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (!shutdown.TryRead(out _))
            {
                throw new MigrationFailedException("The monitor of the source's QEMU was lost before that was told to end.", "See that it has ended, and end it if not: its guest runs elsewhere.");
            }
        }

        await Monitor.Ended.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (Trail is not null)
        {
            await Trail.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Whether a guest of this state stands still by its own doing: cont is not for it.</summary>
    public static bool IsAtRest(RunState state) => state == RunState.Shutdown || state == RunState.Suspended;

    public static bool IsOver(MigrationStatus status)
        => status == MigrationStatus.None || status == MigrationStatus.Completed
            || status == MigrationStatus.Failed || status == MigrationStatus.Cancelled;

    private async Task CancelAndContinueAsync(CancellationToken cancellationToken)
    {
        var cancelled = false;
        MigrationStatus? state;
        while ((state = (await Monitor.ExecuteAsync(QmpCommands.QueryMigrate, cancellationToken: cancellationToken).ConfigureAwait(false)).Status)
            is { } current && !IsOver(current))
        {
            if (!cancelled)
            {
                await Monitor.ExecuteAsync(QmpCommands.MigrateCancel, cancellationToken: cancellationToken).ConfigureAwait(false);
                cancelled = true;
            }

            await Task.Delay(SettleInterval, run.Time, cancellationToken).ConfigureAwait(false);
        }

        // The run state follows the stream's state a moment later (finish-migrate, then postmigrate or running).
        StatusInfo status;
        while ((status = await Monitor.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: cancellationToken).ConfigureAwait(false)).Status
            == RunState.FinishMigrate)
        {
            await Task.Delay(SettleInterval, run.Time, cancellationToken).ConfigureAwait(false);
        }

        if (!await Stop.IsMigrationsAsync().ConfigureAwait(false))
        {
            if (status.Status == RunState.PostMigrate)
            {
                run.Warn("The guest is paused on the source, as it was; QEMU calls that postmigrate now, and takes cont as before.");
            }
        }
        else if (!status.Running && MayContinue && !IsAtRest(status.Status))
        {
            await Monitor.ExecuteAsync(QmpCommands.Continue, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
    }
}
