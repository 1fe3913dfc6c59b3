using Microsoft.Extensions.Logging;
using Pve.Migration.Diagnostics;
using Pve.Migration.Engine.Forecast;
using Pve.Migration.Engine.Preflight;

namespace Pve.Migration.Engine;

/// <summary>What the parts of one run share.</summary>
internal sealed class RunContext(
    MigrationRequest request, LiveMigratorOptions options, ILogger logger, IProgress<MigrationProgress>? progress, PauseLessons? lessons = null)
{
    public MigrationRequest Request { get; } = request;

    public LiveMigratorOptions Options { get; } = options;

    public MigrationProfile Profile => Options.Profile;

    public TimeProvider Time => Options.TimeProvider;

    public ILogger Logger { get; } = logger;

    public LedgerRecorder Ledger { get; } = new(options.TimeProvider);

    /// <summary>Set whenever a monitor told something.</summary>
    public AutoResetSignal Changed { get; } = new();

    public JournalWriter Journal => field ??= new(Request.Journal, Request.VmId, Time, Warn);

    public PhaseTracker Phase { get; } = new();

    public ProgressReporter Progress { get; } = new(progress, options.TimeProvider, logger);

    /// <summary>False only for a run that is taken up after its source was lost.</summary>
    public bool HasSource => Request.Source is not null;

    /// <summary>Looks that the pause does not get too long.</summary>
    public PauseWatch Pause { get; } = new(options.TimeProvider, request.MaxPause);

    /// <summary>How long the pause will be.</summary>
    public PauseForecast Forecast { get; } = new(request, lessons ?? new PauseLessons());

    public List<string> Warnings { get; } = [];

    public Findings Findings { get; } = new();

    public void Report(string step, Pve.Qmp.Commands.MigrationInfo? info = null, long pass = 0, IReadOnlyList<DiskProgress>? disks = null)
        => Progress.Report(Phase.Current, step, Ledger.Elapsed, info, pass, disks, Forecast);

    /// <summary>Notes what fell short without changing the outcome.</summary>
    public void Warn(string warning)
    {
        Warnings.Add(warning);
        Log.FellShort(Logger, Request.VmId, warning);
    }

    public CancellationTokenSource Deadline(TimeSpan after) => new(after, Time);
}
