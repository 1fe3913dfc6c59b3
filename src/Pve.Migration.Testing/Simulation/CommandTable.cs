using System.Collections.Frozen;
using System.Text.Json;
using Pve.Qmp.Commands;

namespace Pve.Migration.Testing.Simulation;

/// <summary>Every command the simulation knows, by name.</summary>
internal static class CommandTable
{
    private const string Negotiate = "qmp_capabilities";

    private static readonly FrozenSet<string> States = ((string[])
        ["none", "setup", "cancelling", "cancelled", "active", "postcopy-active", "postcopy-paused", "postcopy-recover", "completed", "failed",
            "colo", "pre-switchover", "device", "wait-unplug"]).ToFrozenSet();

    private static readonly FrozenDictionary<string, Command> Commands = new Dictionary<string, Command>
    {
        ["query-commands"] = Query((_, json) => WriteNames(json)),
        ["query-version"] = Query((_, json) => MonitorMessages.Version(json)),
        ["query-status"] = Query((machine, json) =>
        {
            json.WriteStartObject();
            json.WriteString("status"u8, machine.RunState.Value);
            json.WriteBoolean("singlestep"u8, false);
            json.WriteBoolean("running"u8, machine.IsRunning);
            json.WriteEndObject();
        }),
        ["stop"] = Plain(machine => machine.Stop()),
        ["cont"] = Plain(machine => machine.Continue()),
        ["quit"] = Plain(machine => machine.Quit()),
        ["query-migrate"] = Query((machine, json) =>
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
        ["query-migrate-capabilities"] = Query((machine, json) => machine.Capabilities.Write(json)),
        ["migrate-set-capabilities"] = new((machine, arguments) =>
        {
            var apply = machine.Capabilities.Check(arguments);
            if (machine.Outgoing.IsUnderWay)
            {
                throw CommandRefusedException.InProgress;
            }

            apply();
            return null;
        }),
        ["query-migrate-parameters"] = Query((machine, json) => machine.Parameters.Write(json)),
        ["migrate-set-parameters"] = new((machine, arguments) =>
        {
            machine.Parameters.Set(arguments);
            machine.Outgoing.StreamMayStand();
            return null;
        }),
        ["migrate"] = new((machine, arguments) =>
        {
            machine.Outgoing.Begin(arguments.Only("uri", "blk", "inc", "detach", "resume").Text("uri"));
            return null;
        }),
        ["migrate-incoming"] = new((machine, arguments) =>
        {
            machine.Incoming.Listen(arguments.Only("uri").Text("uri"));
            return null;
        }),
        ["migrate-continue"] = new((machine, arguments) =>
        {
            var state = arguments.Only("state").Text("state");
            machine.Outgoing.Continue(States.Contains(state) ? state : throw new CommandRefusedException($"Parameter 'state' does not accept value '{state}'"));
            return null;
        }),
        ["migrate_cancel"] = Plain(machine => machine.Outgoing.Cancel()),
        ["qom-get"] = new((machine, arguments) =>
        {
            var (path, property) = (arguments.Only("path", "property").Text("path"), arguments.Text("property"));
            return (path, property) switch
            {
                ("/machine", "type") => json => json.WriteStringValue(machine.Options.MachineType),
                ("/machine", _) => throw new CommandRefusedException($"Property '{machine.Options.MachineType}.{property}' not found"),
                _ => throw new CommandRefusedException("DeviceNotFound", $"Device '{path}' not found"),
            };
        }),
        ["query-memory-size-summary"] = Query((machine, json) =>
        {
            json.WriteStartObject();
            json.WriteNumber("base-memory"u8, machine.Options.MemoryBytes);
            json.WriteNumber("plugged-memory"u8, 0);
            json.WriteEndObject();
        }),
        ["query-yank"] = Query(YankCommands.WriteInstances) with { AllowOutOfBand = true },
        ["yank"] = new(YankCommands.Yank) { AllowOutOfBand = true },
    }.ToFrozenDictionary();

    /// <summary>Executes a request; what it causes at once is sent before the answer.</summary>
    public static byte[] Answer(Machine machine, Monitor monitor, MonitorRequest request)
    {
        try
        {
            return MonitorMessages.Return(Execute(machine, monitor, request), request.Id);
        }
        catch (CommandRefusedException e)
        {
            return MonitorMessages.Error(e, request.Id);
        }
    }

    private static Action<Utf8JsonWriter>? Execute(Machine machine, Monitor monitor, MonitorRequest request)
    {
        if (request.Fault is not null)
        {
            throw request.Fault;
        }

        if (request.Command == Negotiate)
        {
            TakeCapabilities(monitor, new CommandArguments(request.Arguments).Only("enable"));
            return null;
        }

        if (!monitor.IsNegotiated)
        {
            throw new CommandRefusedException("CommandNotFound", "Expecting capabilities negotiation with 'qmp_capabilities'");
        }

        if (!Commands.TryGetValue(request.Command, out var command))
        {
            throw new CommandRefusedException("CommandNotFound", $"The command {request.Command} has not been found");
        }

        if (request.OutOfBand && !command.AllowOutOfBand)
        {
            throw new CommandRefusedException($"The command {request.Command} does not support OOB");
        }

        return command.Execute(machine, new CommandArguments(request.Arguments));
    }

    private static void TakeCapabilities(Monitor monitor, CommandArguments arguments)
    {
        if (monitor.IsNegotiated)
        {
            throw new CommandRefusedException("CommandNotFound", "Capabilities negotiation is already complete, command ignored");
        }

        var outOfBand = false;
        foreach (var member in arguments.Members)
        {
            foreach (var name in arguments.Array(member.Name))
            {
                outOfBand |= name.ValueEquals("oob"u8) ? true
                    : throw new CommandRefusedException($"Parameter 'null' does not accept value '{name}'");
            }
        }

        (monitor.IsNegotiated, monitor.IsOutOfBandOn) = (true, outOfBand);
    }

    private static void WriteNames(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var name in Commands.Keys.Append(Negotiate).Order(StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("name"u8, name);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static Command Query(Action<Machine, Utf8JsonWriter> write) => new((machine, arguments) =>
    {
        arguments.Only();
        return json => write(machine, json);
    });

    private static Command Plain(Action<Machine> execute) => new((machine, arguments) =>
    {
        arguments.Only();
        execute(machine);
        return null;
    });

    /// <param name="Execute">Does it, and says how the result is written; null for an empty object.</param>
    private sealed record Command(Func<Machine, CommandArguments, Action<Utf8JsonWriter>?> Execute)
    {
        public bool AllowOutOfBand { get; init; }
    }
}
