using Pve.Migration.Engine.Preflight;
using Pve.Migration.Engine.Recovery;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine;

/// <summary>The side the guest comes to.</summary>
internal sealed class TargetVm(RunContext run) : IAsyncDisposable
{
    private CapabilitySet? _capabilities;
    private FoundSettings? _found;
    private bool? _recalled;
    private bool _isTold;
    private bool _claimed = true;

    public IMigrationTarget Target => run.Request.Target;

    /// <summary>Whether whoever let the guest run there, or may have, claimed it first: what was not claimed can be revoked.</summary>
    public bool ClaimsOwnership => _recalled is { } claimed && !_isTold ? claimed : _recalled is not false && _claimed && Target.ClaimsOwnership;

    /// <summary>Its monitor; null where it is out of reach.</summary>
    public QmpClient? Monitor { get; private set; }

    /// <summary>What its events told; null before it is watched, and where there is no monitor.</summary>
    public MonitorTrail? Trail { get; private set; }

    /// <summary>Whether it may hold the whole guest; only a target that can be watched and has not said <c>completed</c> surely does not.</summary>
    public bool MayHaveLoaded
        => Trail is null || Trail.Lost is not null || Trail.Completed is not null || !Knows(MigrationCapability.Events);

    /// <summary>That its monitor is gone, and why; null while it lives, and where it is out of reach.</summary>
    public string? Gone => Lost is { } lost ? $"The target QEMU is gone: {lost}" : null;

    // The monitor knows it a moment before its events have ended.
    private string? Lost => Trail?.Lost ?? (Monitor is { Ended: { IsCompletedSuccessfully: true } ended } ? ended.Result?.Message ?? "its monitor was closed" : null);

    /// <exception cref="MigrationFailedException">Its monitor is gone.</exception>
    public void ThrowIfGone()
    {
        if (Gone is { } gone)
        {
            throw new MigrationFailedException(gone, "Its log says why.");
        }
    }

    /// <summary>What an earlier run noted when it was about to let the guest run there.</summary>
    public void RecallClaim(bool claimed) => _recalled = claimed;

    /// <summary>It is about to be told to let the guest run: what is not known of its claim by now does not count any more.</summary>
    public void ExpectClaim() => (_isTold, _claimed) = (true, _claimed && Target.ClaimsOwnership);

    public async Task OpenAsync(CancellationToken cancellationToken)
        => Watch(await Target.OpenAsync(cancellationToken).ConfigureAwait(false));

    /// <summary>For a run that is taken up after a crash.</summary>
    public async Task TakeUpAsync(CancellationToken cancellationToken)
        => Watch(await Target.TakeUpAsync(run.Request.VmId, cancellationToken).ConfigureAwait(false));

    private void Watch(QmpClient? monitor)
    {
        Monitor = monitor;
        if (Monitor is not null)
        {
            Trail = new MonitorTrail(Monitor, run.Changed);
        }
    }

    /// <summary>Tries the way there, and leaves it as it was.</summary>
    public async Task ProbeAsync(CancellationToken cancellationToken)
        => Monitor = await Target.ProbeAsync(run.Request.VmId, cancellationToken).ConfigureAwait(false);

    /// <summary>Compares what QEMU would only refuse after the whole copy.</summary>
    public async Task CheckAsync(SourceVm source, CancellationToken cancellationToken)
    {
        if (Monitor is null)
        {
            return;
        }

        await TargetChecks.RunAsync(new Comparison(source.Monitor, Monitor, run.Findings), run.Request, cancellationToken).ConfigureAwait(false);
        _capabilities = await CapabilitySet.ReadAsync(Monitor, cancellationToken).ConfigureAwait(false);
    }

    public bool Knows(MigrationCapability capability) => _capabilities?.Knows(capability) ?? false;

    public async Task ConfigureAsync(IReadOnlyCollection<MigrationCapability> wanted, MigrationParameters parameters, CancellationToken cancellationToken)
    {
        if (_capabilities is not null)
        {
            if (_found is null)
            {
                _found = _capabilities.Found(guestPaused: false);
                await run.Journal.WriteAsync(JournalMark.Found, FoundSettings.Target, _found.ToJson()).ConfigureAwait(false);
            }

            await _capabilities.ApplyAsync(wanted, cancellationToken).ConfigureAwait(false);
            await _capabilities.ApplyAsync(parameters, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>For a run that is taken up after a crash: what <see cref="RestoreAsync"/> has to put back.</summary>
    public void Recall(FoundSettings? found) => _found = found;

    public async Task RestoreAsync(CancellationToken cancellationToken)
    {
        if (_found is { } found && Monitor is { } monitor)
        {
            var now = _capabilities ?? await CapabilitySet.ReadAsync(monitor, cancellationToken).ConfigureAwait(false);
            await now.With(found).RestoreAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Makes it listen.</summary>
    /// <returns>Where the source connects to.</returns>
    public async Task<string> ListenAsync(CancellationToken cancellationToken)
    {
        if (Monitor is not null)
        {
            // inmigrate does not tell whether it would run as soon as it has loaded; stop makes sure that it waits.
            await Monitor.ExecuteAsync(QmpCommands.Stop, cancellationToken: cancellationToken).ConfigureAwait(false);
        }

        Trail?.ExpectSetup();
        return await Target.StartIncomingAsync(run.Request.VmId, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Looks, after the guest has gone on, whether it still does, and can write. One that has shut itself down meanwhile is well.</summary>
    /// <exception cref="MigrationFailedException">It does not.</exception>
    /// <exception cref="QmpException">It cannot be asked any more.</exception>
    public async Task SeeItRunAsync(CancellationToken cancellationToken)
    {
        if (Monitor is not { } monitor || Trail?.GuestEnd is not null)
        {
            return;
        }

        var asked = monitor.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: cancellationToken);
        var drives = (await monitor.TryExecuteAsync(QmpCommands.QueryBlock, cancellationToken: cancellationToken).ConfigureAwait(false)).Value ?? [];
        var state = (await asked.ConfigureAwait(false)).Status;
        if (state == RunState.IoError || state == RunState.InternalError)
        {
            throw new MigrationFailedException($"The guest went on there, and is {state} now.");
        }

        if (drives.FirstOrDefault(drive => drive.IoStatus is { } status && status != BlockDeviceIoStatus.Ok) is { } bad)
        {
            throw new MigrationFailedException($"The guest's drive '{bad.Qdev ?? bad.Device}' is {bad.IoStatus} there.");
        }
    }

    /// <summary>From here on what is written there is what the source's images lack.</summary>
    public async Task TurnReplicationAsync(CancellationToken cancellationToken)
    {
        var replicated = run.Request.Disks.Where(disk => disk.Bitmap is not null).ToList();
        if (Monitor is not { } monitor)
        {
            if (replicated.Count > 0)
            {
                run.Warn($"The target's monitor is out of reach: no bitmap notes there what the guest writes to {string.Join(", ", replicated.Select(disk => $"'{disk.NodeThere}'"))}, and the next replication has to begin anew.");
            }

            return;
        }

        var begun = replicated.Select(
            disk => monitor.ExecuteAsync(QmpCommands.BlockDirtyBitmapAdd, new BlockDirtyBitmapAdd(disk.NodeThere, disk.Bitmap!), cancellationToken: cancellationToken));
        await Task.WhenAll(begun).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (Trail is not null)
        {
            await Trail.DisposeAsync().ConfigureAwait(false);
        }
    }
}
