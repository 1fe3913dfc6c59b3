using System.Text.Json;
using Pve.Migration.Testing.Simulation.Storage;
using Pve.Qmp.Commands;

namespace Pve.Migration.Testing.Simulation;

/// <summary><c>query-yank</c> and <c>yank</c>: what can be cut off without waiting for it.</summary>
internal static class YankCommands
{
    public static void WriteInstances(Machine machine, Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var id in machine.MonitorIds)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "chardev"u8);
            json.WriteString("id"u8, id);
            json.WriteEndObject();
        }

        foreach (var node in machine.Disks.All.Where(node => node.Driver == "nbd"))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "block-node"u8);
            json.WriteString("node-name"u8, node.Name);
            json.WriteEndObject();
        }

        if (HasMigration(machine))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "migration"u8);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>All of them, or none where one is not found.</summary>
    public static Action<Utf8JsonWriter>? Yank(Machine machine, CommandArguments arguments)
    {
        var cuts = new List<Action>();
        var i = 0;
        foreach (var instance in arguments.Only("instances").Objects("instances"))
        {
            cuts.Add(instance.Text("type", $"instances[{i++}].type") switch
            {
                "migration" when HasMigration(machine) => () => CutMigration(machine),
                "chardev" when machine.MonitorIds.Contains(instance.Text("id")) => CutMonitor(machine, instance.Text("id")),
                "block-node" when machine.Disks.Find(instance.Text("node-name")) is { Driver: "nbd" } node => () => CutNode(machine, node),
                _ => throw new CommandRefusedException("DeviceNotFound", "Instance not found"),
            });
        }

        cuts.ForEach(cut => cut());
        return null;
    }

    private static void CutNode(Machine machine, BlockNode node)
    {
        machine.Disks.Cut(node);
        machine.Jobs.RemoteMoved();
    }

    private static Action CutMonitor(Machine machine, string id) => () => machine.CutMonitor(id);

    private static bool HasMigration(Machine machine)
        => machine.Outgoing.IsUnderWay || machine.Incoming.Status == MigrationStatus.Setup || machine.Incoming.Status == MigrationStatus.Active
            || machine.Incoming.Status == MigrationStatus.PostcopyActive || machine.Incoming.Status == MigrationStatus.PostcopyPaused
            || machine.Incoming.Status == MigrationStatus.PostcopyRecover;

    private static void CutMigration(Machine machine)
    {
        if (machine.Outgoing.IsUnderWay)
        {
            machine.Outgoing.Yank();
        }
        else
        {
            machine.Incoming.Sender?.Yank();
        }
    }
}
