using Microsoft.Extensions.Logging;
using Pve.Migration.Diagnostics;
using Pve.Migration.Engine;
using Pve.Migration.Engine.Forecast;
using Pve.Migration.Engine.Recovery;

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
    /// <exception cref="MigrationJournalException">
    /// The request's journal cannot be written, or holds a migration that has not come to an end: nothing was touched.
    /// </exception>
    public async Task<MigrationReport> MigrateAsync(
        MigrationRequest request, IProgress<MigrationProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Validate();
        using var span = Telemetry.Begin(Telemetry.Migration, request, _options.TimeProvider);
        var run = Begin(request, progress);
        await using var ending = run.ConfigureAwait(false);
        await run.BeginAsync(cancellationToken).ConfigureAwait(false);

        Log.MigrationBegins(_logger, request.VmId, request.Source.Name, request.Target.Name);
        var outcome = await run.EndAsync(await run.RunAsync(cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        run.Context.Report(outcome.GetType().Name, run.Plan.Counted, disks: run.Plan.Mirrors.Progress);

        await run.StopWatchingAsync().ConfigureAwait(false);
        var report = Report(run, outcome);
        Announce(request, outcome, report.Ledger.Paused);
        Telemetry.End(span, report);
        return report;
    }

    /// <summary>
    /// Ends a migration that was interrupted, whenever that was: reads its journal, asks both sides, and brings the guest to one of them. It may itself be
    /// interrupted, and be called again; one that has ended is told as it ended. Only one process may do it, and no migration of the guest may still run.
    /// </summary>
    /// <param name="request">The journal, and both sides as they can be reached now.</param>
    /// <param name="cancellationToken">Ends it while it only looks.</param>
    /// <returns>Where the guest is; <see cref="MigrationOutcome.Unknown"/> where that cannot be proven.</returns>
    /// <exception cref="ArgumentException">The request contradicts itself.</exception>
    /// <exception cref="MigrationJournalException">The journal cannot be read, or is another guest's.</exception>
    public async Task<RecoveryReport> RecoverAsync(RecoveryRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Validate();
        var migration = request.ToMigration();
        using var span = Telemetry.Begin(Telemetry.Recovery, migration, _options.TimeProvider);
        var run = Begin(migration, progress: null);
        await using var ending = run.ConfigureAwait(false);
        var recovery = new Recovery(run);
        await recovery.ReadAsync(cancellationToken).ConfigureAwait(false);
        var outcome = recovery.Story.Outcome;
        if (recovery.Story.IsOpen)
        {
            Log.RecoveryBegins(_logger, request.VmId, recovery.Story.Stage.ToString());
            outcome = await run.EndAsync(await recovery.RunAsync(cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            Announce(migration, outcome, pause: null);
        }

        var report = new RecoveryReport(outcome, run.Context.Warnings) { Ledger = run.Context.Ledger.Close(source: null, target: null) };
        Telemetry.End(span, report, run.Context.Ledger.Elapsed);
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
        var run = Begin(request, progress: null);
        await using var ending = run.ConfigureAwait(false);
        await run.Plan.PreflightAsync(cancellationToken).ConfigureAwait(false);
        return run.Context.Findings.All;
    }

    private MigrationRun Begin(MigrationRequest request, IProgress<MigrationProgress>? progress)
        => new(new RunContext(request, _options, _logger, progress, _lessons));

    private static MigrationReport Report(MigrationRun run, MigrationOutcome outcome)
    {
        var (context, plan, source) = (run.Context, run.Plan, run.Source.Trail);
        if (source is { Resets: > 0 })
        {
            context.Warn($"The guest was reset {source.Resets} times on the source while it was copied; it went on with that.");
        }

        var ledger = context.Ledger.Close(source, run.Target.Trail);
        context.Forecast.Learn(ledger, plan.Counted);
        var goalKept = plan.Steering.Goal is { } goal ? IsKept(context, goal, outcome, ledger, plan.Steering.HeldFor) : default(bool?);
        return new MigrationReport(outcome, ledger, Statistics(context, plan), context.Warnings)
        {
            Disks = plan.Mirrors.Progress,
            Findings = context.Findings.All,
            Capabilities = plan.Capabilities,
            PredictedPause = context.Forecast.Pause,
            Convergence = plan.Steering.Changes,
            WentPostCopy = source?.WentAhead is not null,
            Mended = plan.PostCopy.Connection.Mended,
            GoalKept = goalKept,
        };
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
