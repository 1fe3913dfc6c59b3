using System.Text.Json;
using LiveMigration;
using LiveMigration.Crashes;
using Pve.Migration;
using Pve.Migration.Testing;
using Spectre.Console;

return await CommandLine.RunAsync(args, RunAsync);

static async Task<int> RunAsync(JobOptions options, CancellationToken cancellationToken)
{
    Screen.Open();
    var results = new List<RunResult>();
    var screen = new Screen(options);
    try
    {
        if (options.Recover is { } journal)
        {
            return await RecoveryJob.RunAsync(journal, cancellationToken);
        }

        var migrated = await MigrateAllAsync(options, screen, results, cancellationToken);
        screen.ShowSummary(results);
        return migrated ? 0 : 1;
    }
    catch (Exception e) when (e is QemuStartException or LabException or MigrationJournalException or IOException)
    {
        await Console.Error.WriteLineAsync($"livemigration: {e.Message}");
        return e is LabException ? 2 : 1;
    }
    catch (OperationCanceledException)
    {
        await Console.Error.WriteLineAsync("livemigration: cancelled.");
        return 1;
    }
    finally
    {
        if (options.JsonFile is { } file)
        {
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(results, JobJson.Default.ListRunResult), CancellationToken.None);
        }
    }
}

static async Task<bool> MigrateAllAsync(JobOptions options, Screen screen, List<RunResult> results, CancellationToken cancellationToken)
{
    await using var lab = await OpenLabAsync(options, cancellationToken);
    screen.ShowStart(lab.Description);
    if (options.DryRun)
    {
        var found = await lab.PreflightAsync(cancellationToken);
        results.Add(found);
        return Screen.ShowFindings(found.Findings);
    }

    for (var run = 1; run <= options.Runs; run++)
    {
        using var go = new GoSignal(options.Hold);
        var (report, result) = await screen.FollowAsync(run, progress => lab.MigrateAsync(go.Control, progress, cancellationToken));
        results.Add(result);
        screen.ShowRun(run, report, result);
        if (report.Outcome is not MigrationOutcome.Migrated)
        {
            return false;
        }
    }

    return true;
}

static async Task<ILab> OpenLabAsync(JobOptions options, CancellationToken cancellationToken)
{
    if (options.Simulate)
    {
        return new SimulatedLab(options);
    }

    var source = await QemuInstall.FindAsync(options.Qemu, cancellationToken);
    if (source is not null && (options.TargetQemu is null || await QemuInstall.FindAsync(options.TargetQemu, cancellationToken) is not null))
    {
        return await QemuLab.StartAsync(options, source.Path, cancellationToken);
    }

    if ((source is null ? options.Qemu : options.TargetQemu) is { } missing)
    {
        throw new LabException($"{missing} is no QEMU that runs here.");
    }

    if ((options.SshHost is not null ? "--ssh" : options.TargetQemu is not null ? "--target-qemu" : null) is { } needing)
    {
        throw new LabException($"no QEMU is installed, and {needing} needs one; install it: apt-get install qemu-system-x86, or name it: --qemu PATH.");
    }

    Screen.Say("No QEMU is installed (apt-get install qemu-system-x86), so this runs on the simulated pair.");
    return new SimulatedLab(options);
}
