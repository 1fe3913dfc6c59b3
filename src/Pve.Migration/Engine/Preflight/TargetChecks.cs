using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine.Preflight;

/// <summary>What QEMU would only refuse after the whole copy: how the two sides differ.</summary>
internal static class TargetChecks
{
    public static async Task RunAsync(Comparison sides, MigrationRequest request, CancellationToken cancellationToken)
    {
        var status = await sides.Target.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: cancellationToken).ConfigureAwait(false);
        if (status.Status != RunState.InMigrate)
        {
            sides.Findings.Error(
                "target-state", $"The target QEMU at {sides.Target.Name} does not wait for a migration: it is {status.Status}.", "Start it with -S -incoming defer.");
        }

        CompareVersions(sides);
        await CompareMachinesAsync(sides, cancellationToken).ConfigureAwait(false);
        await CompareRamAsync(sides, cancellationToken).ConfigureAwait(false);
        await CpuChecks.RunAsync(sides, cancellationToken).ConfigureAwait(false);
        await DeviceChecks.RunAsync(sides, cancellationToken).ConfigureAwait(false);
        await DriveChecks.RunAsync(sides, request.Disks, cancellationToken).ConfigureAwait(false);
    }

    private static void CompareVersions(Comparison sides)
    {
        var (ours, theirs) = (sides.Source.Greeting.Version.Qemu, sides.Target.Greeting.Version.Qemu);
        if ((theirs.Major, theirs.Minor).CompareTo((ours.Major, ours.Minor)) < 0)
        {
            sides.Findings.Warn(
                "version", $"The source is QEMU {ours}, the target is an older one, {theirs}.", "Upgrade the target: QEMU promises to load only what an older one sends.");
        }
    }

    private static async Task CompareMachinesAsync(Comparison sides, CancellationToken cancellationToken)
    {
        if (await sides.AskAsync("machine", monitor => MachineAsync(monitor, cancellationToken)).ConfigureAwait(false) is var (ours, theirs) && ours != theirs)
        {
            sides.Findings.Error(
                "machine", $"The source's machine type is {ours}, the target's at {sides.Target.Name} is {theirs}.", $"Start the target with -machine {ours}.");
        }
    }

    private static async Task<string> MachineAsync(QmpClient monitor, CancellationToken cancellationToken)
    {
        var type = await monitor.ExecuteAsync(QmpCommands.QomGet, new QomProperty("/machine", "type"), cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        const string Suffix = "-machine";
        var name = type.GetString() ?? "";
        return name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length] : name;
    }

    private static async Task CompareRamAsync(Comparison sides, CancellationToken cancellationToken)
    {
        if (await sides.AskAsync("ram", monitor => monitor.ExecuteAsync(QmpCommands.QueryMemorySizeSummary, cancellationToken: cancellationToken))
            .ConfigureAwait(false) is var (has, offers) && has.BaseMemory != offers.BaseMemory)
        {
            sides.Findings.Error(
                "ram", $"The source has {has.BaseMemory} bytes of RAM, the target at {sides.Target.Name} has {offers.BaseMemory}.", "Start the target with the same -m.");
        }
    }
}
