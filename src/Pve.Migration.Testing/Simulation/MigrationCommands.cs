using System.Collections.Frozen;
using Pve.Qmp.Commands;

namespace Pve.Migration.Testing.Simulation;

/// <summary>The commands of the migration's domain.</summary>
internal static class MigrationCommands
{
    private static readonly FrozenSet<string> States = ((string[])
        ["none", "setup", "cancelling", "cancelled", "active", "postcopy-active", "postcopy-paused", "postcopy-recover", "completed", "failed",
            "colo", "pre-switchover", "device", "wait-unplug"]).ToFrozenSet();

    public static readonly Dictionary<string, Command> All = new()
    {
        ["query-migrate"] = Command.Query((machine, json) =>
        {
            // A VM that came here is asked about its arrival until it leaves again.
            if (machine.Outgoing.Status == MigrationStatus.None && machine.Options.Incoming)
            {
                machine.Incoming.Write(json);
            }
            else
            {
                machine.Outgoing.Write(json);
            }
        }),
        ["query-migrate-capabilities"] = Command.Query((machine, json) => machine.Capabilities.Write(json)),
        ["migrate-set-capabilities"] = Command.Do((machine, arguments) =>
        {
            var apply = machine.Capabilities.Check(arguments);
            if (machine.Outgoing.IsUnderWay)
            {
                throw CommandRefusedException.InProgress;
            }

            apply();
        }),
        ["query-migrate-parameters"] = Command.Query((machine, json) => machine.Parameters.Write(json)),
        ["migrate-set-parameters"] = Command.Do((machine, arguments) =>
        {
            machine.Parameters.Set(arguments);
            machine.Outgoing.StreamMayStand();
        }),
        ["migrate"] = Command.Do((machine, arguments) =>
        {
            var uri = arguments.Only("uri", "blk", "inc", "detach", "resume").Text("uri");
            if (arguments.FlagOr("resume", false))
            {
                throw new CommandRefusedException("Cannot resume if there is no paused migration");
            }

            machine.Outgoing.Begin(uri);
        }),
        ["migrate-incoming"] = Command.Do((machine, arguments) => machine.Incoming.Listen(arguments.Only("uri").Text("uri"))),
        ["migrate-recover"] = Command.Do((_, arguments) =>
        {
            arguments.Only("uri").Text("uri");
            throw new CommandRefusedException("Migrate recover can only be run when postcopy is paused.");
        }) with { AllowOutOfBand = true },
        ["migrate-pause"] = Command.Plain(_ => throw new CommandRefusedException("migrate-pause is currently only supported during postcopy-active state"))
            with { AllowOutOfBand = true },
        ["migrate-start-postcopy"] = Command.Plain(machine =>
        {
            if (!machine.Capabilities.PostcopyRam)
            {
                throw new CommandRefusedException("Enable postcopy with migrate_set_capability before the start of migration");
            }

            machine.Outgoing.StartPostcopy();
        }),
        ["migrate-continue"] = Command.Do((machine, arguments) =>
        {
            var state = arguments.Only("state").Text("state");
            machine.Outgoing.Continue(States.Contains(state) ? state : throw new CommandRefusedException($"Parameter 'state' does not accept value '{state}'"));
        }),
        ["migrate_cancel"] = Command.Plain(machine => machine.Outgoing.Cancel()),
        ["announce-self"] = Command.Do((_, arguments) =>
        {
            foreach (var name in (string[])["initial", "max", "rounds", "step"])
            {
                arguments.Required(name);
            }
        }),
        ["query-dirty-rate"] = Command.Query((machine, json) => machine.DirtyRate.Write(json)),
        ["calc-dirty-rate"] = Command.Do((machine, arguments) => machine.DirtyRate.Begin(arguments)),
    };
}
