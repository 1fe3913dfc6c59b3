using Microsoft.Extensions.Logging;
using Pve.Migration.Diagnostics;
using Pve.Migration.Engine;
using Pve.Qmp;

namespace Pve.Migration;

/// <summary>Moves running guests from one QEMU to another. One migrator may run many migrations at once.</summary>
public sealed class LiveMigrator
{
    private readonly LiveMigratorOptions _options;
    private readonly ILogger _logger;

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
        var run = new RunContext(request, _options, _logger, progress);
        await using var reporting = run.Progress.ConfigureAwait(false);
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
        if (source.Trail is { Resets: > 0 } trail)
        {
            run.Warn($"The guest was reset {trail.Resets} times on the source while it was copied; it went on with that.");
        }

        var ledger = run.Ledger.Close(source.Trail, target.Trail);
        Announce(request, outcome, ledger);
        var report = new MigrationReport(outcome, ledger, Statistics(run, plan), run.Warnings) { Disks = plan.Mirrors.Progress, Findings = run.Findings.All };
        Telemetry.End(span, report);
        return report;
    }

    /// <summary>
    /// A dry run: looks at whatever a migration looks at before it touches anything, and at what only matters to people. Nothing is changed on
    /// either side, and nothing is started.
    /// </summary>
    /// <param name="request">Which guest, from where, to where.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What was found; <see cref="PreflightSeverity.Error"/> is what would end the migration. An unreachable side is a finding as well.</returns>
    /// <exception cref="ArgumentException">The request contradicts itself.</exception>
    public async Task<IReadOnlyList<PreflightFinding>> PreflightAsync(MigrationRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Validate();
        var run = new RunContext(request, _options, _logger, progress: null);
        await using var reporting = run.Progress.ConfigureAwait(false);
        var source = new SourceVm(run);
        await using var sourceWatch = source.ConfigureAwait(false);
        var target = new TargetVm(run);
        await using var targetWatch = target.ConfigureAwait(false);
        var plan = new MigrationPlan(run, source, target);
        await plan.PreflightAsync(cancellationToken).ConfigureAwait(false);
        return run.Findings.All;
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
                return await rollback.RunAsync(Failure(step, e, cancellationToken), begun).ConfigureAwait(false);
            }
        }

        var resume = plan.ResumeStep;
        var failure = new MigrationFailure(MigrationPlan.Resume, $"The target {run.Request.Target.Name} did not resume the guest: {resume.Detail}");
        switch (resume.Verdict)
        {
            case ResumeVerdict.NeverRan:
                var remedy = $"See there that the QEMU of VM {run.Request.VmId} runs, that its monitor is where it is looked for, and that nobody else holds it.";
                return await rollback.RunAsync(failure with { Remedy = remedy }, begun).ConfigureAwait(false);
            case ResumeVerdict.Runs or ResumeVerdict.StaysPaused:
                run.Phase.Enter(MigrationPhase.CleaningUp);
                await CleanUpAsync(run, plan).ConfigureAwait(false);
                return new MigrationOutcome.Migrated { IsPaused = resume.Verdict == ResumeVerdict.StaysPaused };
            default:
                return Rollback.Unknown(failure, "The guest is paused on the source, complete.", resume.Detail);
        }
    }

    // Inside the pause a step has a deadline, since the guest waits for it. The commit has its own, and is not to be undone.
    private static async Task BeginAsync(RunContext run, MigrationStep step, List<MigrationStep> begun, CancellationToken cancellationToken)
    {
        Log.StepBegins(run.Logger, run.Request.VmId, step.Name);
        if (step.IsCommit)
        {
            await run.Ledger.TimeAsync(step, CancellationToken.None).ConfigureAwait(false);
            return;
        }

        begun.Add(step);
        if (step.Placement == StepPlacement.BeforePause)
        {
            run.Report(step.Name);
            await run.Ledger.TimeAsync(step, cancellationToken).ConfigureAwait(false);
            return;
        }

        using var deadline = run.Deadline(run.Options.PausedStepTimeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        await run.Ledger.TimeAsync(step, either.Token).ConfigureAwait(false);
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

    private static MigrationFailure Failure(MigrationStep step, Exception cause, CancellationToken cancellationToken) => cause switch
    {
        OperationCanceledException when cancellationToken.IsCancellationRequested => new(step.Name, "The caller cancelled.", null, cause),
        OperationCanceledException => new(step.Name, "It took too long, and was given up.", null, new TimeoutException(cause.Message, cause)),
        MigrationFailedException e => new(step.Name, e.Message, e.Remedy, e),
        MigrationTargetException e => new(step.Name, e.Message, e.Remedy, e),
        OwnershipException e => new(step.Name, e.Message, e.Remedy, e),
        QmpCommandException e => new(step.Name, e.Message, null, e),
        _ => new(step.Name, cause.Message, null, cause),
    };

    private static MigrationStatistics Statistics(RunContext run, MigrationPlan plan) => new()
    {
        Total = run.Ledger.Elapsed,
        QemuDowntime = plan.Counted?.Downtime,
        RamTransferredBytes = plan.Counted?.Ram?.Transferred ?? 0,
        RamTotalBytes = plan.Counted?.Ram?.Total ?? 0,
        Passes = plan.Counted?.Ram?.DirtySyncCount ?? 0,
        DowntimeLimit = plan.Copy.DowntimeLimit,
    };

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
