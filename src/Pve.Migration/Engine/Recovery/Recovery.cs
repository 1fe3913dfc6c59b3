using Pve.Migration.Diagnostics;
using Pve.Migration.Engine.Storage;
using Pve.Migration.Engine.Switchover;
using Pve.Migration.Engine.Transfer;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine.Recovery;

/// <summary>Takes up a run that was interrupted: reads its journal, looks at both sides, makes the run's parts what they were, and goes where it is safe.</summary>
internal sealed class Recovery(MigrationRun run)
{
    public const string Name = "recover";
    public const string Read = "read journal";
    public const string Ask = "ask both sides";

    private readonly RunContext _context = run.Context;
    private JournalStory? _story;
    private FoundSettings? _found;
    private SourceView _source = SourceView.Unreachable;
    private bool _isPausedBySomebody;

    /// <summary>What the journal tells.</summary>
    public JournalStory Story => _story ?? throw new InvalidOperationException("The journal has not been read yet.");

    // null where it is out of reach, or was ended
    private QmpClient? SourceMonitor => _source != SourceView.Unreachable && run.Source.Monitor is { Ended.IsCompleted: false } monitor ? monitor : null;

    private bool HasCopied => Story.Begun.Contains(MigrationPlan.CopyRam);

    private MigrationStep HandOver => run.Plan.Steps.Single(step => step.GuardsTheGuest);

    // the steps that may have been carried out, in order
    private List<MigrationStep> Begun => [.. run.Plan.Steps.Where(step => Story.Begun.Contains(step.Name) || (HasCopied && step.MayBeUnnoted))];

    /// <exception cref="MigrationJournalException">It cannot be read, or is another guest's.</exception>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<JournalEntry> entries = [];
        await TimeAsync(Read, async () => entries = await _context.Request.Journal!.ReadAsync(cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        _story = JournalStory.Read(entries, _context.Request.VmId);
        run.Target.RecallClaim(Story.IsClaimed);
        run.Target.Recall(FoundSettings.Find(Story, FoundSettings.Target));
        _found = FoundSettings.Find(Story, FoundSettings.Source);
    }

    /// <summary>Asks both sides, and does what follows; until then it can be cancelled.</summary>
    public async Task<MigrationOutcome> RunAsync(CancellationToken cancellationToken)
    {
        var failure = Story.Failure ?? new MigrationFailure(Story.Begun is [.., var last] ? last : Name, "The migration was interrupted.");
        try
        {
            return await RunAsync(failure, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            _context.Phase.TakeUp(MigrationPhase.Committing);
            return Rollback.Unknown(failure, $"The recovery ended early: {e.Message}");
        }
    }

    private Task TimeAsync(string name, Func<Task> act)
        => _context.Ledger.TimeAsync(new MigrationStep(name, StepPlacement.BeforePause, _ => act()), CancellationToken.None);

    private async Task<MigrationOutcome> RunAsync(MigrationFailure failure, CancellationToken cancellationToken)
    {
        var target = TargetView.Unreachable;
        await TimeAsync(Ask, async () =>
        {
            _source = await SeeSourceAsync(cancellationToken).ConfigureAwait(false);
            target = await SeeTargetAsync(cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
        var (move, why) = RecoveryRule.Decide(Story.Stage, _source, target);
        Log.RecoveryDecides(_context.Logger, _context.Request.VmId, move.ToString(), why);
        var rollback = new Rollback(_context, run.Source, run.Target, run.Plan.Copy, mayResume: Story.Stage >= JournalStage.Committing);
        if (move == RecoveryMove.Ask && RecoveryRule.MayGoBackWithoutDeath(Story.Stage, _source, target) && await rollback.IsRevokedAsync().ConfigureAwait(false))
        {
            move = RecoveryMove.Back;
        }

        switch (move)
        {
            case RecoveryMove.Finish:
                _context.Phase.TakeUp(MigrationPhase.Committing);
                await TryHandOverAsync().ConfigureAwait(false);
                await TryRecallAsync().ConfigureAwait(false);
                return await TidyAsync(await run.FinishAsync(target == TargetView.Loaded).ConfigureAwait(false)).ConfigureAwait(false);
            case RecoveryMove.Ask:
                _context.Phase.TakeUp(MigrationPhase.Committing);
                return _source == SourceView.Torn ? MigrationRun.Torn(failure, why) : Rollback.Unknown(failure, why);
        }

        _context.Phase.TakeUp(MigrationPhase.SwitchingOver);
        Recall();
        if (move is RecoveryMove.Back or RecoveryMove.KeepOnSource)
        {
            // its undo is the first: a source that its last pass holds answers once the target is dead
            var recalling = new MigrationStep(Name, StepPlacement.InsidePause, MigrationStep.NothingToUndo, RecallSettingsAsync);
            var outcome = await rollback.RunAsync(failure, [.. Begun, recalling]).ConfigureAwait(false);
            await RemoveMirrorsAsync().ConfigureAwait(false);
            await RemoveTlsAsync(SourceMonitor).ConfigureAwait(false);
            return outcome;
        }

        await RecallSettingsAsync(cancellationToken).ConfigureAwait(false);

        // The crash may have come before.
        await _context.Ledger.TimeAsync(HandOver, CancellationToken.None).ConfigureAwait(false);
        await CatchUpAsync().ConfigureAwait(false);
        run.Target.ExpectClaim();
        await _context.Journal.IntendCommitAsync(run.Target.ClaimsOwnership).ConfigureAwait(false);
        await _context.Ledger.TimeAsync(run.Plan.Steps.Single(step => step.IsCommit), CancellationToken.None).ConfigureAwait(false);
        return await TidyAsync(await run.ConcludeAsync(rollback, Begun, why).ConfigureAwait(false)).ConfigureAwait(false);
    }

    // The target may have been told to let it run already, so that nothing that fails here leads back.
    private async Task CatchUpAsync()
    {
        foreach (var step in run.Plan.Steps.Where(step => step.IsCaughtUp && !Story.Done.Contains(step.Name)))
        {
            using var deadline = _context.Deadline(_context.Options.PausedStepTimeout);
            try
            {
                await _context.Ledger.TimeAsync(step, deadline.Token).ConfigureAwait(false);
                _ = _context.Journal.WriteAsync(JournalMark.Done, step.Name);
            }
            catch (Exception e)
            {
                _context.Warn($"'{step.Name}' failed before the guest was told to go on on the target: {e.Message}");
            }
        }
    }

    // What the run's steps do not know of any more. Where it is not known who has the guest, both sides are left as they are.
    private async Task<MigrationOutcome> TidyAsync(MigrationOutcome outcome)
    {
        if (outcome is MigrationOutcome.Unknown)
        {
            return outcome;
        }

        await RemoveMirrorsAsync().ConfigureAwait(false);
        await RemoveTlsAsync(SourceMonitor).ConfigureAwait(false);
        if (outcome is MigrationOutcome.Migrated)
        {
            await RemoveTlsAsync(run.Target.Monitor).ConfigureAwait(false);
        }

        return outcome;
    }

    // The guest runs on the target: what the source was is no more than put back, and the caller's token does not leave it without a report.
    private async Task TryRecallAsync()
    {
        using var deadline = _context.Deadline(_context.Options.AnswerTimeout);
        try
        {
            Recall();
            await RecallSettingsAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is QmpException or OperationCanceledException)
        {
            _context.Warn($"What the source was set to could not be read: {e.Message}");
        }
    }

    // The guest runs on the target, whoever its files say that it belongs to.
    private async Task TryHandOverAsync()
    {
        try
        {
            await _context.Ledger.TimeAsync(HandOver with { Placement = StepPlacement.AfterResume }, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _context.Warn($"The ownership could not be handed over: {e.Message}");
        }
    }

    // Makes the run's parts what they were, so that its steps can be undone.
    private void Recall()
    {
        run.Source.Stop.FoundPaused = _isPausedBySomebody || _found?.GuestPaused == true;
        if (HasCopied && _source != SourceView.Unreachable)
        {
            run.Plan.Copy.TakeAsBegun();
        }
    }

    private Task RecallSettingsAsync(CancellationToken cancellationToken)
        => _found is null || _source == SourceView.Unreachable ? Task.CompletedTask : run.Source.RecallAsync(_found, cancellationToken);

    // What fails here is told, and changes nothing.
    private async Task RemoveMirrorsAsync()
    {
        if (SourceMonitor is not { } monitor || !Story.Begun.Contains(MigrationPlan.MirrorDisks))
        {
            return;
        }

        using var deadline = _context.Deadline(_context.Options.RollbackTimeout);
        try
        {
            await LeftoverMirrors.RemoveAsync(monitor, _context.Request.VmId, _context.Time, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _context.Warn($"The mirrors of disks could not be removed from the source: {e.Message}");
        }
    }

    private async Task RemoveTlsAsync(QmpClient? monitor)
    {
        if (monitor is null || !Story.Begun.Contains(TlsObjects.Name))
        {
            return;
        }

        using var deadline = _context.Deadline(_context.Options.RollbackTimeout);
        try
        {
            await TlsObjects.ForgetAsync(monitor, _context.Request.VmId, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _context.Warn($"The TLS credentials could not be removed at {monitor.Name}: {e.Message}");
        }
    }

    private async Task<SourceView> SeeSourceAsync(CancellationToken cancellationToken)
    {
        if (!_context.HasSource)
        {
            return SourceView.Unreachable;
        }

        if (await run.Source.TryQueryAsync().ConfigureAwait(false) is not { } status)
        {
            return await run.Source.AnswersOutOfBandAsync().ConfigureAwait(false) ? SourceView.Paused : SourceView.Unreachable;
        }

        if (status.Running)
        {
            return SourceView.Runs;
        }

        var stream = await StreamAsync(run.Source.Monitor, cancellationToken).ConfigureAwait(false);
        if (stream == MigrationStatus.Completed)
        {
            return SourceView.Finished;
        }

        // QEMU's own stop is another state: this one was somebody's, whose word the journal may not have any more.
        _isPausedBySomebody = status.Status == RunState.Paused && (stream == MigrationStatus.Setup || stream == MigrationStatus.Active);
        return IsPostCopy(stream) ? SourceView.Torn : SourceView.Paused;
    }

    private async Task<TargetView> SeeTargetAsync(CancellationToken cancellationToken)
    {
        try
        {
            await run.Target.TakeUpAsync(cancellationToken).ConfigureAwait(false);
            return await (run.Target.Monitor is { } monitor ? SeeAsync(monitor, cancellationToken) : AskTargetAsync(cancellationToken)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is MigrationTargetException or QmpException)
        {
            _context.Warn($"The target {_context.Request.Target.Name} cannot be asked: {e.Message}");
            return TargetView.Unreachable;
        }
    }

    private async Task<TargetView> AskTargetAsync(CancellationToken cancellationToken)
        => await _context.Request.Target.IsRunningAsync(_context.Request.VmId, cancellationToken).ConfigureAwait(false) switch
        {
            true => TargetView.Runs,
            false => TargetView.Waits,
            null => TargetView.Unreachable,
        };

    private static async Task<TargetView> SeeAsync(QmpClient monitor, CancellationToken cancellationToken)
    {
        var status = await monitor.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: cancellationToken).ConfigureAwait(false);
        if (status.Running)
        {
            return TargetView.Runs;
        }

        var stream = await StreamAsync(monitor, cancellationToken).ConfigureAwait(false);
        if (status.Status == RunState.InMigrate || stream != MigrationStatus.Completed)
        {
            return TargetView.Waits;
        }

        return status.Status == RunState.Paused || status.Status == RunState.Suspended ? TargetView.Loaded : TargetView.Stood;
    }

    private static async Task<MigrationStatus?> StreamAsync(QmpClient monitor, CancellationToken cancellationToken)
        => (await monitor.ExecuteAsync(QmpCommands.QueryMigrate, cancellationToken: cancellationToken).ConfigureAwait(false)).Status;

    private static bool IsPostCopy(MigrationStatus? stream) => stream?.ToString().StartsWith("postcopy", StringComparison.Ordinal) == true;
}
