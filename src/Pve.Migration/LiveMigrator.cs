using Microsoft.Extensions.Logging;
using Pve.Migration.Diagnostics;
using Pve.Migration.Engine;
using Pve.Migration.Engine.Forecast;
using Pve.Migration.Engine.Recovery;
using Pve.Qmp;

namespace Pve.Migration;

/// <summary>Moves running guests from one QEMU to another. One migrator may run many migrations at once.</summary>
public sealed class LiveMigrator
{
    private readonly LiveMigratorOptions _options;
    private readonly ILogger _logger;
    private readonly PauseLessons _lessons = new();

    /// <summary>Creates a migrator.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public LiveMigrator(LiveMigratorOptions? options = null)
    {
        _options = options ?? new LiveMigratorOptions();
        _options.Validate();
        _logger = _options.LoggerFactory.CreateLogger("Pve.Migration");
    }

    /// <summary>Moves one guest.</summary>
    /// <param name="request">Which guest, from where, to where.</param>
    /// <param name="progress">Told beside the migration; a slow handler costs reports, not time.</param>
    /// <param name="cancellationToken">Undoes the migration, until the target is told to resume; from there on it only goes forward.</param>
    /// <returns>The outcome. A migration that fails is <see cref="MigrationOutcome.RolledBack"/>, never an exception.</returns>
    /// <exception cref="ArgumentException">The request contradicts itself.</exception>
    public async Task<MigrationReport> MigrateAsync(
        MigrationRequest request, IProgress<MigrationProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Validate();
        using var span = Telemetry.Begin(request, _options.TimeProvider);
        var run = new RunContext(request, _options, _logger, progress, _lessons);
        await using var reporting = run.Progress.ConfigureAwait(false);
        using var pause = run.Pause;
        var source = new SourceVm(run);
        await using var sourceWatch = source.ConfigureAwait(false);
        var target = new TargetVm(run);
        await using var targetWatch = target.ConfigureAwait(false);
        var plan = new MigrationPlan(run, source, target);
        await using var copy = plan.Copy.ConfigureAwait(false);
        await using var mirrors = plan.Mirrors.ConfigureAwait(false);

        Log.MigrationBegins(_logger, request.VmId, request.Source.Name, request.Target.Name);
        var outcome = await RunAsync(run, plan, source, target, cancellationToken).ConfigureAwait(false);
        await EndAsync(run, outcome).ConfigureAwait(false);
        run.Report(outcome.GetType().Name, plan.Counted);

        // What was told until now is noted before the ledger is closed.
        await source.DisposeAsync().ConfigureAwait(false);
        await target.DisposeAsync().ConfigureAwait(false);
        var ledger = run.Ledger.Close(source.Trail, target.Trail);
        run.Forecast.Learn(ledger, plan.Counted);
        var goalKept = plan.Steering.Goal is { } goal ? IsKept(run, goal, outcome, ledger, plan.Steering.HeldFor) : default(bool?);
        Announce(request, outcome, ledger.Paused);
        var report = new MigrationReport(outcome, ledger, Statistics(run, plan), run.Warnings)
        {
            Disks = plan.Mirrors.Progress,
            PredictedPause = run.Forecast.Pause,
            Convergence = plan.Steering.Changes,
            GoalKept = goalKept,
        };
        Telemetry.End(span, report);
        return report;
    }

    /// <summary>
    /// Ends a migration that was interrupted, whenever that was: reads its journal, asks both sides, and brings the guest to one of them. It may itself be
    /// interrupted, and be called again; one that has ended is told as it ended. Only one process may do it, and no migration of the guest may still run.
    /// </summary>
    /// <param name="request">The journal, and both sides as they can be reached now.</param>
    /// <param name="cancellationToken">Ends it while it only looks.</param>
    /// <returns>Where the guest is; <see cref="MigrationOutcome.Unknown"/> where that cannot be proven, and nothing was done then.</returns>
    /// <exception cref="ArgumentException">The request contradicts itself.</exception>
    /// <exception cref="MigrationJournalException">The journal cannot be read, or is another guest's.</exception>
    public async Task<RecoveryReport> RecoverAsync(RecoveryRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Validate();
        var run = new RunContext(request.ToMigration(), _options, _logger, progress: null, _lessons);
        await using var reporting = run.Progress.ConfigureAwait(false);
        var source = new SourceVm(run);
        await using var sourceWatch = source.ConfigureAwait(false);
        var target = new TargetVm(run);
        await using var targetWatch = target.ConfigureAwait(false);
        var plan = new MigrationPlan(run, source, target);
        await using var copy = plan.Copy.ConfigureAwait(false);
        await using var mirrors = plan.Mirrors.ConfigureAwait(false);

        var recovery = new Recovery(run, request.Source, source, target, plan);
        await recovery.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (!recovery.Story.IsOpen)
        {
            return new RecoveryReport(recovery.Story.Outcome, run.Warnings);
        }

        Log.RecoveryBegins(_logger, request.VmId, recovery.Story.Stage.ToString());
        var outcome = await TakeUpAsync(run, plan, recovery, source, target, cancellationToken).ConfigureAwait(false);
        await EndAsync(run, outcome).ConfigureAwait(false);
        Announce(run.Request, outcome, pause: null);
        return new RecoveryReport(outcome, run.Warnings);
    }

    private static async Task<MigrationOutcome> TakeUpAsync(
        RunContext run, MigrationPlan plan, Recovery recovery, SourceVm source, TargetVm target, CancellationToken cancellationToken)
    {
        var (move, why) = await recovery.DecideAsync(cancellationToken).ConfigureAwait(false);
        Log.RecoveryDecides(run.Logger, run.Request.VmId, move.ToString(), why);
        var failure = recovery.Story.Failure ?? new MigrationFailure(recovery.Story.Begun is [.., var last] ? last : Recovery.Name, "The migration was interrupted.");
        run.Phase.TakeUp(move is RecoveryMove.Finish or RecoveryMove.Ask ? MigrationPhase.Committing : MigrationPhase.SwitchingOver);
        switch (move)
        {
            case RecoveryMove.Finish:
                return await FinishAsync(run, plan).ConfigureAwait(false);
            case RecoveryMove.Ask:
                return Rollback.Unknown(failure, why);
        }

        var isBack = move is RecoveryMove.Back or RecoveryMove.KeepOnSource;
        await recovery.RecallAsync(cancellationToken).ConfigureAwait(false);
        var rollback = new Rollback(run, source, target, plan.Copy, mayResume: recovery.Story.Stage >= JournalStage.Committing);
        if (isBack)
        {
            var outcome = await rollback.RunAsync(failure, recovery.Begun).ConfigureAwait(false);
            await recovery.RemoveMirrorsAsync().ConfigureAwait(false);
            return outcome;
        }

        await run.Journal.IntendCommitAsync().ConfigureAwait(false);
        await plan.ResumeStep.RunAsync().ConfigureAwait(false);
        return await ConcludeAsync(run, plan, rollback, recovery.Begun).ConfigureAwait(false);
    }

    private static async Task EndAsync(RunContext run, MigrationOutcome outcome)
    {
        run.Phase.Enter(MigrationPhase.Ended);
        var why = outcome is MigrationOutcome.Migrated ? null : outcome.ToString();
        await run.Journal.TryWriteAsync(JournalMark.Ended, outcome.GetType().Name, why).ConfigureAwait(false);
    }

    private static async Task<MigrationOutcome> RunAsync(
        RunContext run, MigrationPlan plan, SourceVm source, TargetVm target, CancellationToken cancellationToken)
    {
        var begun = new List<MigrationStep>();
        var rollback = new Rollback(run, source, target, plan.Copy);
        foreach (var step in plan.Steps.TakeWhile(step => step.Placement != StepPlacement.AfterResume))
        {
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                await BeginAsync(run, step, begun, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                return await rollback.RunAsync(Failure(run, step, e, cancellationToken), begun).ConfigureAwait(false);
            }
        }

        return await ConcludeAsync(run, plan, rollback, begun).ConfigureAwait(false);
    }

    // What follows from what the target came to.
    private static async Task<MigrationOutcome> ConcludeAsync(RunContext run, MigrationPlan plan, Rollback rollback, IReadOnlyList<MigrationStep> begun)
    {
        var resume = plan.ResumeStep;
        var failure = new MigrationFailure(MigrationPlan.Resume, $"The target {run.Request.Target.Name} did not resume the guest: {resume.Detail}");
        switch (resume.Verdict)
        {
            case ResumeVerdict.NeverRan:
                var remedy = $"See there that the QEMU of VM {run.Request.VmId} runs, that its monitor is where it is looked for, and that nobody else holds it.";
                return await rollback.RunAsync(failure with { Remedy = remedy }, begun).ConfigureAwait(false);
            case ResumeVerdict.Runs:
                await run.Journal.TryWriteAsync(JournalMark.Done, MigrationPlan.Resume).ConfigureAwait(false);
                return await FinishAsync(run, plan).ConfigureAwait(false);
            default:
                return Rollback.Unknown(failure, "The guest is paused on the source, complete.", resume.Detail);
        }
    }

    private static async Task<MigrationOutcome> FinishAsync(RunContext run, MigrationPlan plan)
    {
        run.Phase.Enter(MigrationPhase.CleaningUp);
        await CleanUpAsync(run, plan).ConfigureAwait(false);
        return new MigrationOutcome.Migrated();
    }

    // Inside the pause a step has a deadline, since the guest waits for it. The commit has its own, and is not to be undone.
    private static async Task BeginAsync(RunContext run, MigrationStep step, List<MigrationStep> begun, CancellationToken cancellationToken)
    {
        Log.StepBegins(run.Logger, run.Request.VmId, step.Name);
        if (step.IsCommit)
        {
            await run.Journal.IntendCommitAsync().WaitAsync(run.Pause.Exceeded).ConfigureAwait(false);
            run.Pause.Commit();
            await run.Ledger.TimeAsync(step, CancellationToken.None).ConfigureAwait(false);
            return;
        }

        begun.Add(step);
        var grace = step.GuardsTheGuest ? null : run.Request.MaxPause;
        if (step.Placement == StepPlacement.BeforePause)
        {
            run.Report(step.Name);
            await run.Journal.WriteAsync(JournalMark.Intends, step.Name).ConfigureAwait(false);
            using var eitherOne = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, run.Pause.Exceeded);
            await run.Ledger.TimeAsync(step, eitherOne.Token, grace).ConfigureAwait(false);
            run.Pause.Exceeded.ThrowIfCancellationRequested();
            _ = run.Journal.WriteAsync(JournalMark.Done, step.Name);
            return;
        }

        // What goes out is undone whether it was done or not, so that the guest need not wait until the intention is safe.
        _ = run.Journal.WriteAsync(JournalMark.Intends, step.Name);

        using var deadline = run.Deadline(run.Options.PausedStepTimeout);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token, run.Pause.Exceeded);
        await run.Ledger.TimeAsync(step, any.Token, grace).ConfigureAwait(false);
        run.Pause.Exceeded.ThrowIfCancellationRequested(); // one that did not heed it is still the one that took so long
        _ = run.Journal.WriteAsync(JournalMark.Done, step.Name);
    }

    // The guest runs on the target: what fails now is told, and changes nothing.
    private static async Task CleanUpAsync(RunContext run, MigrationPlan plan)
    {
        foreach (var step in plan.Steps.Where(step => step.Placement == StepPlacement.AfterResume && (run.HasSource || !step.UsesSource)))
        {
            Log.StepBegins(run.Logger, run.Request.VmId, step.Name);
            run.Report(step.Name);
            using var deadline = run.Deadline(run.Options.RollbackTimeout);
            try
            {
                await run.Ledger.TimeAsync(step, deadline.Token).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                run.Warn($"'{step.Name}' failed after the guest ran on the target: {e.Message}");
            }
        }
    }

    private static MigrationFailure Failure(RunContext run, MigrationStep step, Exception cause, CancellationToken cancellationToken) => cause switch
    {
        OperationCanceledException when run.Pause.Exceeded.IsCancellationRequested => PausedTooLong(run, step, cause),
        OperationCanceledException when cancellationToken.IsCancellationRequested => new(step.Name, "The caller cancelled.", null, cause),
        OperationCanceledException => new(step.Name, "It took too long, and was given up.", null, new TimeoutException(cause.Message, cause)),
        MigrationFailedException e => new(step.Name, e.Message, e.Remedy, e),
        MigrationTargetException e => new(step.Name, e.Message, e.Remedy, e),
        OwnershipException e => new(step.Name, e.Message, e.Remedy, e),
        QmpCommandException e => new(step.Name, e.Message, null, e),
        _ => new(step.Name, cause.Message, null, cause),
    };

    private static MigrationFailure PausedTooLong(RunContext run, MigrationStep step, Exception cause)
    {
        var (longest, took) = run.Ledger.LongestSince(run.Pause.PausedAt ?? TimeSpan.Zero);
        return new MigrationFailure(
            step.Name,
            $"The guest was paused for longer than the {run.Request.MaxPause!.Value.TotalMilliseconds:0.###} ms that are allowed; most of it took '{longest}', {took.TotalMilliseconds:0.###} ms.",
            "The ledger has every line of it.", new TimeoutException(cause.Message, cause));
    }

    private static MigrationStatistics Statistics(RunContext run, MigrationPlan plan) => new()
    {
        Total = run.Ledger.Elapsed,
        QemuDowntime = plan.Counted?.Downtime,
        RamTransferredBytes = plan.Counted?.Ram?.Transferred ?? 0,
        RamTotalBytes = plan.Counted?.Ram?.Total ?? 0,
        Passes = plan.Counted?.Ram?.DirtySyncCount ?? 0,
        DowntimeLimit = plan.Steering.DowntimeLimit,
    };

    // Never exceeded silently.
    private static bool? IsKept(RunContext run, MigrationGoal goal, MigrationOutcome outcome, DowntimeLedger ledger, TimeSpan held)
    {
        if (outcome is not MigrationOutcome.Migrated)
        {
            return false;
        }

        if (ledger.Paused is not { } paused)
        {
            return null;
        }

        var resumed = ledger.Lines.Where(line => line.Placement == StepPlacement.InsidePause).Max(line => line.Start + line.Duration) - held;
        var isKept = paused <= goal.Pause && resumed <= goal.Time;
        if (!isKept)
        {
            run.Warn($"The goal ({goal}) was not kept: the pause was {paused.TotalMilliseconds:0.###} ms, and the guest ran on the target after {resumed.TotalSeconds:0.###} s.");
        }

        return isKept;
    }

    private void Announce(MigrationRequest request, MigrationOutcome outcome, TimeSpan? pause)
    {
        switch (outcome)
        {
            case MigrationOutcome.Migrated:
                Log.Migrated(_logger, request.VmId, request.Target.Name, pause?.TotalMilliseconds);
                break;
            case MigrationOutcome.RolledBack rolledBack:
                Log.RolledBack(_logger, request.VmId, rolledBack.Failure.ToString());
                break;
            case MigrationOutcome.Unknown unknown:
                Log.OutcomeUnknown(_logger, request.VmId, unknown.Failure.ToString());
                break;
        }
    }
}
