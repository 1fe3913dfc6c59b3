using System.Buffers;
using System.Text.Json;

namespace Pve.Migration.Testing.Simulation;

/// <summary>One line of a client: <c>{"execute": NAME, "arguments": {…}, "id": ANY}</c>, or <c>exec-oob</c>.</summary>
internal sealed class MonitorRequest
{
    public string Command { get; private init; } = "";

    public bool OutOfBand { get; private init; }

    public JsonElement Arguments { get; private init; }

    /// <summary>Any JSON; it goes back as it came.</summary>
    public JsonElement Id { get; private init; }

    /// <summary>Why the line is no request; answered as an error.</summary>
    public CommandRefusedException? Fault { get; private init; }

    public static MonitorRequest Parse(ReadOnlySequence<byte> line, bool allowOutOfBand)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            return Read(JsonElement.ParseValue(ref reader), allowOutOfBand);
        }
        catch (JsonException)
        {
            return new MonitorRequest { Fault = new CommandRefusedException("JSON parse error, invalid keyword") };
        }
        catch (InvalidOperationException)
        {
            // half of a surrogate pair
            return new MonitorRequest { Fault = new CommandRefusedException("JSON parse error, invalid Unicode") };
        }
    }

    private static MonitorRequest Read(JsonElement root, bool allowOutOfBand)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            return new MonitorRequest { Fault = new CommandRefusedException("QMP input must be a JSON object") };
        }

        JsonElement command = default, arguments = default, id = default;
        bool inBand = false, outOfBand = false;
        string? fault = null;
        foreach (var member in root.EnumerateObject())
        {
            switch (member.Name)
            {
                case "execute":
                    (command, inBand) = (member.Value, true);
                    fault ??= MustBe(member, JsonValueKind.String, "a string");
                    break;
                case "exec-oob" when allowOutOfBand:
                    (command, outOfBand) = (member.Value, true);
                    fault ??= MustBe(member, JsonValueKind.String, "a string");
                    break;
                case "arguments":
                    arguments = member.Value;
                    fault ??= MustBe(member, JsonValueKind.Object, "an object");
                    break;
                case "id":
                    id = member.Value;
                    break;
                default:
                    fault ??= $"QMP input member '{member.Name}' is unexpected";
                    break;
            }
        }

        fault ??= inBand && outOfBand ? "QMP input member 'execute' clashes with 'exec-oob'"
            : !inBand && !outOfBand ? "QMP input lacks member 'execute'"
            : null;
        return fault is null
            ? new MonitorRequest { Command = command.GetString()!, OutOfBand = outOfBand, Arguments = arguments, Id = id }
            : new MonitorRequest { Id = id, Fault = new CommandRefusedException(fault) };
    }

    private static string? MustBe(JsonProperty member, JsonValueKind kind, string what)
        => member.Value.ValueKind == kind ? null : $"QMP input member '{member.Name}' must be {what}";
}
