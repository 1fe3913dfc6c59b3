using System.Globalization;
using System.Text;

namespace Pve.Migration.Proxmox;

// The command lines of a Proxmox VE node, as lists of arguments; quoting is ssh's affair.
internal static class QmCommands
{
    public static IReadOnlyList<string> Probe { get; } = ["true"];

    public static IReadOnlyList<string> Start(int vmId, PveNodeTargetOptions options)
    {
        List<string> command =
        [
            "qm", "start", PveNames.Text(vmId), "--skiplock",
            "--migratedfrom", options.SourceNode,
            "--migration_type", options.Type == PveMigrationType.Secure ? "secure" : "insecure",
        ];
        if (options.MigrationNetwork is { } network)
        {
            command.AddRange(["--migration_network", network.ToString()]);
        }

        command.AddRange(["--stateuri", options.EffectiveStateUri == PveStateUri.Unix ? "unix" : "tcp", "--machine", options.Machine]);
        if (options.TargetStorage is not null)
        {
            command.AddRange(["--targetstorage", options.TargetStorage]);
        }

        command.AddRange(options.ExtraStartArguments);
        return command;
    }

    // What `qm start` reads. The version comes first: an unknown first line would be taken for a SPICE ticket, as in 2017.
    public static byte[] StartInput(PveNodeTargetOptions options)
    {
        var lines = new StringBuilder();
        lines.Append(CultureInfo.InvariantCulture, $"nbd_protocol_version: {options.NbdProtocolVersion}\n");
        foreach (var (drive, volume) in options.OfflineVolumes)
        {
            lines.Append(CultureInfo.InvariantCulture, $"offline_volume: {drive}: {volume}\n");
        }

        if (options.SpiceTicket is not null)
        {
            lines.Append(CultureInfo.InvariantCulture, $"spice_ticket: {options.SpiceTicket}\n");
        }

        foreach (var volume in options.ReplicatedVolumes)
        {
            lines.Append(CultureInfo.InvariantCulture, $"replicated_volume: {volume}\n");
        }

        return Encoding.UTF8.GetBytes(lines.ToString());
    }

    public static IReadOnlyList<string> SetReplicationState(int vmId, string state) => ["pvesr", "set-state", PveNames.Text(vmId), state];

    // Without --verbose it prints the state alone, and that is "running" as well where QEMU does not answer the node within 2 s.
    public static IReadOnlyList<string> Status(int vmId) => ["qm", "status", PveNames.Text(vmId), "--verbose"];

    // While the configuration is the source's.
    public static IReadOnlyList<string> StopIncoming(int vmId, string sourceNode)
        => ["qm", "stop", PveNames.Text(vmId), "--skiplock", "--migratedfrom", sourceNode];

    // Once it is the target's.
    public static IReadOnlyList<string> Stop(int vmId) => ["qm", "stop", PveNames.Text(vmId), "--skiplock"];

    // True, false, or null where the guest may have run and stopped, which is neither, or where QEMU itself has not said it:
    //
    //   qmpstatus: running       QEMU's own state, or for want of it that of the process, which is "running" or "stopped"
    //   running-qemu: 9.2.0      what QEMU was asked next; not there where it did not answer, nor from old nodes
    //   status: running          the process
    public static bool? ReadStatus(string output) => Value(output, "qmpstatus") switch
    {
        "running" => Value(output, "running-qemu") is { Length: > 0 } ? true : null,
        "paused" or "prelaunch" or "inmigrate" or "stopped" => false,
        _ => null,
    };

    // Members of members are indented. What is there twice counts for nothing.
    private static string? Value(string output, string name) =>
        output.Split('\n').Where(line => line.StartsWith(name + ": ", StringComparison.Ordinal)).ToList() is [var line]
            ? line[(name.Length + 2)..].TrimEnd('\r')
            : null;
}
