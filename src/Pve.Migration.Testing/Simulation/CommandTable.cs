using System.Collections.Frozen;
using System.Text.Json;
using Pve.Migration.Testing.Simulation.Storage;

namespace Pve.Migration.Testing.Simulation;

/// <summary>Every command the simulation knows, by name.</summary>
internal static class CommandTable
{
    private const string Negotiate = "qmp_capabilities";

    private static readonly FrozenDictionary<string, Command> Commands = new[]
    {
        MachineCommands.All, MigrationCommands.All, BlockCommands.All, BitmapCommands.All, QomObjects.Commands,
        new() { ["query-commands"] = Command.Query(WriteNames) },
    }.SelectMany(all => all).ToFrozenDictionary(StringComparer.Ordinal);

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
        catch (InvalidOperationException e)
        {
            // half of a surrogate pair in a string, or a step that the simulation does not allow
            return MonitorMessages.Error(new CommandRefusedException(e.Message), request.Id);
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

        if (!Commands.TryGetValue(request.Command, out var command) || !command.IsThere(machine))
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
            foreach (var name in arguments.Texts(member.Name))
            {
                outOfBand |= name == "oob" ? true : throw new CommandRefusedException($"Parameter 'null' does not accept value '{name}'");
            }
        }

        (monitor.IsNegotiated, monitor.IsOutOfBandOn) = (true, outOfBand);
    }

    private static void WriteNames(Machine machine, Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var name in Commands.Where(one => one.Value.IsThere(machine)).Select(one => one.Key).Append(Negotiate).Order(StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("name"u8, name);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
