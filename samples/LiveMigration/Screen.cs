using System.Globalization;
using Pve.Migration;
using Spectre.Console;

namespace LiveMigration;

/// <summary>What a person sees.</summary>
internal sealed class Screen(JobOptions options)
{
    private const double MiB = 1024 * 1024;

    // A bar for each of many runs would only scroll by.
    private bool IsBrief => options.Runs > 3;

    /// <summary>Where nobody looks at a screen, a line stays one line, however long.</summary>
    public static void Open()
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = 1000;
        }
    }

    public static void Say(string line) => AnsiConsole.WriteLine(line);

    public void ShowStart(string description)
        => AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture,
            $"[bold]VM {JobOptions.VmId}[/] on {description}: {options.RamMiB} MiB of RAM, {options.DirtyMiB} MiB of it rewritten every second; polling [bold]{options.Polling.Name}[/], resume by [bold]{Resume}[/].");

    public async Task<T> FollowAsync<T>(int run, Func<IProgress<MigrationProgress>, Task<T>> job)
    {
        if (IsBrief)
        {
            return await job(new Handler(_ => { }));
        }

        if (!AnsiConsole.Profile.Capabilities.Interactive)
        {
            return await job(new Handler(new ProgressLines().Show));
        }

        return await AnsiConsole.Progress().AutoClear(true).HideCompleted(false)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask($"run {run}", maxValue: 1);
                return await job(new Handler(progress =>
                {
                    bar.Description = ProgressLines.Describe(progress);
                    bar.Value = ProgressLines.ShareDone(progress);
                }));
            });
    }

    public void ShowRun(int run, MigrationReport report, RunResult result)
    {
        if (IsBrief)
        {
            AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture,
                $"{run,4}  {result.Outcome}  paused {result.PausedMs,8:0.00} ms  handover {result.HandoverGapMs,7:0.00} ms  guest {result.Guest?.HeartbeatGapMs,8:0.00} ms  {Proof(result.Guest)}");
        }
        else
        {
            ShowLedger(report);
            ShowFigures(result);
        }

        ShowOutcome(report);
    }

    public void ShowSummary(List<RunResult> results)
    {
        var migrated = results.Where(result => result.Outcome == nameof(MigrationOutcome.Migrated)).ToList();
        if (migrated.Count > 1)
        {
            AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture,
                $"[bold]{migrated.Count} of {results.Count} migrated.[/] Medians: paused [bold]{Median(migrated, r => r.PausedMs):0.00} ms[/], handover {Median(migrated, r => r.HandoverGapMs):0.00} ms, the guest saw {Median(migrated, r => r.Guest?.HeartbeatGapMs):0.00} ms, total {Median(migrated, r => r.TotalMs):0} ms.");
        }
    }

    /// <returns>Whether nothing stands in the way.</returns>
    public static bool ShowFindings(IReadOnlyList<FindingRow> findings)
    {
        foreach (var finding in findings)
        {
            AnsiConsole.MarkupLineInterpolated($"{finding.Severity} [bold]{finding.Id}[/]: {finding.Text} {finding.Remedy}");
        }

        var errors = findings.Count(finding => finding.Severity == nameof(PreflightSeverity.Error));
        Say(errors == 0 ? "Nothing stands in the way." : $"{errors} of these would end the migration before anything is touched.");
        return errors == 0;
    }

    public static void ShowRecovery(RecoveryReport report, bool runsOnSource, bool runsOnTarget)
    {
        foreach (var warning in report.Warnings)
        {
            AnsiConsole.MarkupLineInterpolated($"[yellow]{warning}[/]");
        }

        var where = (runsOnSource, runsOnTarget) switch
        {
            (true, false) => "the guest runs on the source",
            (false, true) => "the guest runs on the target",
            (false, false) => "the guest runs on neither side",
            _ => "THE GUEST RUNS ON BOTH SIDES",
        };
        AnsiConsole.MarkupLineInterpolated($"[bold]Recovered[/]: {where}. {report.Outcome}");
        if (report.Outcome is MigrationOutcome.Unknown unknown)
        {
            AnsiConsole.MarkupLineInterpolated($"Both QEMUs were left as they are. {string.Join(" ", unknown.NextActions)}");
        }
    }

    private string Resume => options.Target switch
    {
        TargetKind.Local => "QMP",
        TargetKind.SshCommands => $"one ssh a command to {options.SshHost}",
        _ => $"tunnel {options.Dialect.ToString().ToLowerInvariant()} {(options.SshHost is null ? "in process" : $"over ssh to {options.SshHost}")}",
    };

    private static void ShowLedger(MigrationReport report)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("step").AddColumn("when").AddColumn(new TableColumn("starts").RightAligned()).AddColumn(new TableColumn("takes").RightAligned());
        foreach (var line in report.Ledger.Lines)
        {
            var style = line.Placement == StepPlacement.InsidePause ? "bold" : "dim";
            table.AddRow(
                new Markup($"[{style}]{Markup.Escape(line.Name)}[/]"),
                new Markup($"[{style}]{Placement(line.Placement)}[/]"),
                new Markup(string.Create(CultureInfo.InvariantCulture, $"[{style}]{line.Start.TotalMilliseconds:0.00} ms[/]")),
                new Markup(string.Create(CultureInfo.InvariantCulture, $"[{style}]{line.Duration.TotalMilliseconds:0.00} ms[/]")));
        }

        AnsiConsole.Write(table);
    }

    private static void ShowFigures(RunResult result)
    {
        if (result.PausedMs is null)
        {
            return;
        }

        AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture,
            $"Paused [bold]{result.PausedMs:0.00} ms[/] (STOP to RESUME), of it {result.HandoverGapMs:0.00} ms after the target was complete; the bold lines explain {result.Ledger.Where(row => row.Placement == nameof(StepPlacement.InsidePause)).Sum(row => row.DurationMs):0.00} ms. QEMU itself reports {result.QemuDowntimeMs:0} ms.");
        if (result.PredictedPauseMs is { } predicted)
        {
            AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"Before it, {predicted:0.00} ms were predicted.");
        }

        foreach (var change in result.Convergence)
        {
            AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"To converge, after {change.AtMs:0} ms: {change.Did}.");
        }

        if (result.Guest is { } guest)
        {
            AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture,
                $"The guest stood still for {guest.HeartbeatGapMs:0.00} ms: {Proof(guest)}.");
        }

        foreach (var disk in result.Disks)
        {
            AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture,
                $"{disk.Node}: {disk.MirroredBytes / MiB:0.0} MiB mirrored, {(disk.Identical == true ? "both images alike" : "[DIFFERENT]")}.");
        }

        AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture,
            $"{result.RamTransferredBytes / MiB:0.0} MiB sent, {result.TotalMs:0} ms in all, tunnel {result.TunnelVersion ?? "none"}.");
    }

    private static void ShowOutcome(MigrationReport report)
    {
        foreach (var warning in report.Warnings)
        {
            AnsiConsole.MarkupLineInterpolated($"[yellow]{warning}[/]");
        }

        switch (report.Outcome)
        {
            case MigrationOutcome.RolledBack rolledBack:
                AnsiConsole.MarkupLineInterpolated($"[red]Rolled back[/]: the guest runs on the source, the target is ended. {rolledBack.Failure}");
                break;
            case MigrationOutcome.Unknown unknown:
                AnsiConsole.MarkupLineInterpolated($"[red]Unknown[/]: it cannot be proven where the guest runs. {unknown.Failure} {string.Join(" ", unknown.Evidence)} {string.Join(" ", unknown.NextActions)}");
                break;
        }
    }

    private static string Proof(GuestRow? guest) => guest switch
    {
        null => "it was not seen",
        { RamIntact: null } => "simulated, so it has no ticks and no RAM to check",
        _ => $"{guest.TicksLost} ticks lost, RAM {(guest.RamIntact.Value ? "intact" : "DAMAGED")}",
    };

    private static string Placement(StepPlacement placement) => placement switch
    {
        StepPlacement.BeforePause => "before the pause",
        StepPlacement.InsidePause => "inside the pause",
        _ => "after resume",
    };

    private static double? Median(List<RunResult> results, Func<RunResult, double?> figure)
    {
        var values = results.Select(figure).OfType<double>().Order().ToList();
        return values.Count == 0 ? null : (values[(values.Count - 1) / 2] + values[values.Count / 2]) / 2;
    }

    private sealed class Handler(Action<MigrationProgress> show) : IProgress<MigrationProgress>
    {
        public void Report(MigrationProgress value) => show(value);
    }
}
