using Microsoft.Extensions.Logging;
using Pve.Migration.Diagnostics;
using Pve.Migration.Engine;
using Pve.Migration.Engine.Forecast;
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
        run.Phase.Enter(MigrationPhase.Ended);
        run.Report(outcome.GetType().Name, plan.Counted);

        // What was told until now is noted before the ledger is closed.
        await source.DisposeAsync().ConfigureAwait(false);
        await target.DisposeAsync().ConfigureAwait(false);
        var ledger = run.Ledger.Close(source.Trail, target.Trail);
        run.Forecast.Learn(ledger, plan.Counted);
        var goalKept = plan.Steering.Goal is { } goal ? IsKept(run, goal, outcome, ledger, plan.Steering.HeldFor) : default(bool?);
        Announce(request, outcome, ledger);
        return new MigrationReport(outcome, ledger, Statistics(run, plan), run.Warnings)
        {
            Disks = plan.Mirrors.Progress,
            PredictedPause = run.Forecast.Pause,
            Convergence = plan.Steering.Changes,
            WentPostCopy = source.Trail?.WentAhead is not null,
            GoalKept = goalKept,
        };
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
                var heeded = plan.PostCopy.HasBegun ? CancellationToken.None : cancellationToken;
                heeded.ThrowIfCancellationRequested();
                await BeginAsync(run, step, begun, heeded).ConfigureAwait(false);
            }
            catch (Exception e) when (plan.PostCopy.HasBegun)
            {
                return Torn(new MigrationFailure(step.Name, e.Message, null, e), "The guest does not run: it went ahead of its RAM, and was not resumed.");
            }
            catch (Exception e)
            {
                return await rollback.RunAsync(Failure(run, step, e, cancellationToken), begun).ConfigureAwait(false);
            }
        }

        var resume = plan.ResumeStep;
        var failure = new MigrationFailure(MigrationPlan.Resume, $"The target {run.Request.Target.Name} did not resume the guest: {resume.Detail}");
        switch (resume.Verdict)
        {
            case not ResumeVerdict.Runs when plan.PostCopy.HasBegun:
                return Torn(failure, "The guest went ahead of its RAM.", resume.Detail);
            case ResumeVerdict.NeverRan:
                var remedy = $"See there that the QEMU of VM {run.Request.VmId} runs, that its monitor is where it is looked for, and that nobody else holds it.";
                return await rollback.RunAsync(failure with { Remedy = remedy }, begun).ConfigureAwait(false);
            case ResumeVerdict.Runs:
                run.Phase.Enter(MigrationPhase.CleaningUp);
                if (plan.PostCopy.HasBegun && await RestIsLostAsync(run, plan).ConfigureAwait(false) is { } lost)
                {
                    return Torn(new MigrationFailure(PostCopy.Rest, lost), "The guest was seen running on the target.", "Part of its RAM is on the source only.");
                }

                await CleanUpAsync(run, plan).ConfigureAwait(false);
                return new MigrationOutcome.Migrated();
            default:
                return Rollback.Unknown(failure, "The guest is paused on the source, complete.", resume.Detail);
        }
    }

    private static MigrationOutcome.Unknown Torn(MigrationFailure failure, params string[] evidence)
        => new(failure, evidence,
        [
            "End neither QEMU: each holds a part of the guest that the other one has not.",
            "Where only the connection is lost, mend it: migrate-recover on the target, then migrate with resume on the source.",
            "Once one of both QEMUs is lost, so is the guest's RAM: end the other one, and start the guest from its disks.",
        ]);

    /// <returns>Why; null once all of it is on the target.</returns>
    private static async Task<string?> RestIsLostAsync(RunContext run, MigrationPlan plan)
    {
        try
        {
            run.Report(PostCopy.Rest);
            var rest = new MigrationStep(PostCopy.Rest, StepPlacement.AfterResume, _ => plan.PostCopy.FinishAsync());
            await run.Ledger.TimeAsync(rest, CancellationToken.None).ConfigureAwait(false);
            return null;
        }
        catch (Exception e)
        {
            return e.Message;
        }
    }

    // Inside the pause a step has a deadline, since the guest waits for it. The commit has its own, and is not to be undone.
    private static async Task BeginAsync(RunContext run, MigrationStep step, List<MigrationStep> begun, CancellationToken cancellationToken)
    {
        Log.StepBegins(run.Logger, run.Request.VmId, step.Name);
        if (step.IsCommit)
        {
            run.Pause.Commit();
            await run.Ledger.TimeAsync(step, CancellationToken.None).ConfigureAwait(false);
            return;
        }

        begun.Add(step);
        if (step.HeedsNobody)
        {
            await run.Ledger.TimeAsync(step, CancellationToken.None).ConfigureAwait(false);
            return;
        }

        var grace = step.GuardsTheGuest ? null : run.Request.MaxPause;
        if (step.Placement == StepPlacement.BeforePause)
        {
            run.Report(step.Name);
            using var eitherOne = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, run.Pause.Exceeded);
            await run.Ledger.TimeAsync(step, eitherOne.Token, grace).ConfigureAwait(false);
            run.Pause.Exceeded.ThrowIfCancellationRequested();
            return;
        }

        using var deadline = run.Deadline(run.Options.PausedStepTimeout);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token, run.Pause.Exceeded);
        await run.Ledger.TimeAsync(step, any.Token, grace).ConfigureAwait(false);
        run.Pause.Exceeded.ThrowIfCancellationRequested(); // one that did not heed it is still the one that took so long
    }

    // The guest runs on the target: what fails now is told, and changes nothing.
    private static async Task CleanUpAsync(RunContext run, MigrationPlan plan)
    {
        foreach (var step in plan.Steps.Where(step => step.Placement == StepPlacement.AfterResume))
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

    private void Announce(MigrationRequest request, MigrationOutcome outcome, DowntimeLedger ledger)
    {
        switch (outcome)
        {
            case MigrationOutcome.Migrated:
                Log.Migrated(_logger, request.VmId, request.Target.Name, ledger.Paused?.TotalMilliseconds);
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
