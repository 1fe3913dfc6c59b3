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

    public static IReadOnlyList<string> Status(int vmId) => ["qm", "status", PveNames.Text(vmId)];

    // While the configuration is the source's.
    public static IReadOnlyList<string> StopIncoming(int vmId, string sourceNode)
        => ["qm", "stop", PveNames.Text(vmId), "--skiplock", "--migratedfrom", sourceNode];

    // Once it is the target's.
    public static IReadOnlyList<string> Stop(int vmId) => ["qm", "stop", PveNames.Text(vmId), "--skiplock"];

    // True, false, or null where the guest may have run and stopped, which is neither.
    public static bool? ReadStatus(string output) => output.Trim() switch
    {
        "status: running" => true,
        "status: paused" or "status: prelaunch" or "status: inmigrate" or "status: stopped" => false,
        _ => null,
    };
}
