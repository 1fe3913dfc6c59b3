using System.Text.Json;
using System.Text.Json.Serialization;
using Pve.Qmp.Schema;
using Pve.Qmp.Wire;

namespace Pve.Qmp;

/// <summary>What one QEMU can do, as it says itself (<c>query-qmp-schema</c>): immutable, and safe for many threads at once.</summary>
/// <remarks>
/// Paths are dotted, such as <c>capabilities.capability</c>: arrays and alternates are looked through, and a member of any variant counts.
/// Questions about a command or an event that does not exist are answered with no.
/// </remarks>
[JsonConverter(typeof(SchemaConverter))]
public sealed class QmpSchema
{
    private readonly Dictionary<string, QmpSchemaCommand> _commands;
    private readonly Dictionary<string, QmpSchemaEvent> _events;

    internal QmpSchema(Dictionary<string, QmpSchemaCommand> commands, Dictionary<string, QmpSchemaEvent> events)
    {
        (_commands, _events) = (commands, events);
        Commands = [.. commands.Keys.Order(StringComparer.Ordinal)];
        Events = [.. events.Keys.Order(StringComparer.Ordinal)];
    }

    /// <summary>The names of all commands, in ordinal order.</summary>
    public IReadOnlyList<string> Commands { get; }

    /// <summary>The names of all events, in ordinal order.</summary>
    public IReadOnlyList<string> Events { get; }

    /// <summary>Reads what QEMU returned to <c>query-qmp-schema</c>: the list itself, without the message around it.</summary>
    /// <exception cref="FormatException">It is no schema; the message says where.</exception>
    public static QmpSchema Parse(JsonElement schema)
        => schema.ValueKind == JsonValueKind.Undefined
            ? throw new FormatException("There is no QMP schema: the value is undefined.")
            : Parse(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(schema));

    /// <summary>Reads what QEMU returned to <c>query-qmp-schema</c>, as UTF-8.</summary>
    /// <exception cref="FormatException">It is no schema; the message says where.</exception>
    public static QmpSchema Parse(ReadOnlySpan<byte> utf8Json)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8Json, WireJson.Reading);
            reader.Read();
            var schema = SchemaBuilder.Build(SchemaReader.Read(ref reader));
            reader.Read(); // throws where something follows
            return schema;
        }
        catch (JsonException e)
        {
            throw new FormatException($"A QMP schema is JSON, and this is not: {e.Message}", e);
        }
    }

    /// <summary>Whether the command exists.</summary>
    public bool HasCommand(string name) => _commands.ContainsKey(name);

    /// <summary>Whether the event exists.</summary>
    public bool HasEvent(string name) => _events.ContainsKey(name);

    /// <summary>The command of that name; null where there is none.</summary>
    public QmpSchemaCommand? FindCommand(string name) => _commands.GetValueOrDefault(name);

    /// <summary>The event of that name; null where there is none.</summary>
    public QmpSchemaEvent? FindEvent(string name) => _events.GetValueOrDefault(name);

    /// <summary>Whether the command takes the argument; one that it takes unlisted (<see cref="QmpSchemaCommand.HasUnlistedArguments"/>) does not count.</summary>
    public bool HasArgument(string command, string path) => FindCommand(command)?.Arguments.Find(path) is { Count: > 0 };

    /// <summary>Whether what the command returns may have the member.</summary>
    public bool HasReturnMember(string command, string path) => FindCommand(command)?.Result.Find(path) is { Count: > 0 };

    /// <summary>Whether the event's data may have the member.</summary>
    public bool HasEventMember(string name, string path) => FindEvent(name)?.Data.Find(path) is { Count: > 0 };

    /// <summary>Whether the enumeration at <paramref name="path"/> has the value: of an argument, else of a member that is returned.</summary>
    public bool HasEnumValue(string command, string path, string value) => EnumValues(command, path).Contains(value);

    /// <summary>The values of the enumeration at <paramref name="path"/>: of an argument, else of a member that is returned; empty where it is none.</summary>
    public IReadOnlyList<string> EnumValues(string command, string path)
        => FindCommand(command) is not { } found ? []
            : SchemaPath.EnumValues(found.Arguments, path) is { Count: > 0 } values ? values
            : SchemaPath.EnumValues(found.Result, path);

    /// <summary>The values of the enumeration at <paramref name="path"/> of the event's data; empty where it is none.</summary>
    public IReadOnlyList<string> EventEnumValues(string name, string path)
        => FindEvent(name) is { } found ? SchemaPath.EnumValues(found.Data, path) : [];

    /// <summary>Whether the command has the feature, such as <c>deprecated</c>, <c>unstable</c> or <c>savevm-monitor-nodes</c>.</summary>
    public bool HasFeature(string command, string feature) => FindCommand(command)?.Features.Contains(feature) ?? false;

    /// <summary>
    /// Whether the argument, or else the returned member, at <paramref name="path"/> has the feature, or its type has it; the empty path is the
    /// arguments' own type: <c>HasFeature("blockdev-add", "", "dynamic-auto-read-only")</c>.
    /// </summary>
    public bool HasFeature(string command, string path, string feature)
        => FindCommand(command) is { } found
            && (SchemaPath.Features(found.Arguments, path).Contains(feature) || SchemaPath.Features(found.Result, path).Contains(feature));

    /// <summary>Whether one value of the enumeration at <paramref name="path"/> has the feature; none has it before QEMU 6.2, which did not say.</summary>
    public bool HasValueFeature(string command, string path, string value, string feature)
        => FindCommand(command) is { } found
            && (SchemaPath.ValueFeatures(found.Arguments, path, value).Contains(feature)
                || SchemaPath.ValueFeatures(found.Result, path, value).Contains(feature));

    /// <summary>Whether the command may be executed out of band.</summary>
    public bool AllowsOutOfBand(string command) => FindCommand(command)?.AllowsOutOfBand ?? false;

    /// <summary>
    /// Leaves out what this QEMU does not know: members, and optional members and elements of lists that carry an unknown value of an enumeration.
    /// It judges names, not the kinds of values: about a text where a number belongs, QEMU itself says the better thing.
    /// </summary>
    /// <exception cref="QmpUnsupportedException">The command does not exist, or a required value is unknown.</exception>
    public QmpSchemaFit Fit(string command, JsonElement arguments)
    {
        ArgumentNullException.ThrowIfNull(command);
        return SchemaFitter.Fit(FindCommand(command) ?? throw new QmpUnsupportedException(command), arguments);
    }
}
