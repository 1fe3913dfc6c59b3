namespace Pve.Qmp.Schema;

/// <summary>Makes types that know each other of entries that name each other. What QEMU may add one day is <see cref="QmpSchemaKind.Any"/>.</summary>
internal sealed class SchemaBuilder
{
    // A union's variant may be a union, and an alternate may have a list: QEMU needs about four levels.
    private const int MaxNesting = 16;

    private readonly Dictionary<string, (SchemaEntry Entry, QmpSchemaType Type)> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, QmpSchemaCommand> _commands = new(StringComparer.Ordinal);
    private readonly Dictionary<string, QmpSchemaEvent> _events = new(StringComparer.Ordinal);
    private readonly HashSet<QmpSchemaType> _bounded = [];

    private SchemaBuilder()
    {
    }

    /// <exception cref="FormatException">An entry refers to one that is not there, stands twice, or contains itself.</exception>
    public static QmpSchema Build(List<SchemaEntry> entries)
    {
        var builder = new SchemaBuilder();
        builder.Declare(entries);
        foreach (var (entry, type) in builder._types.Values)
        {
            builder.Complete(entry, type);
        }

        foreach (var (entry, type) in builder._types.Values)
        {
            builder.Bound(entry.Name, type, 0);
        }

        builder.AddCommandsAndEvents(entries);
        return new QmpSchema(builder._commands, builder._events);
    }

    private static bool IsNamed(SchemaEntry entry) => entry.MetaType is "command" or "event";

    private void Declare(List<SchemaEntry> entries)
    {
        foreach (var entry in entries.Where(entry => !IsNamed(entry)))
        {
            if (!_types.TryAdd(entry.Name, (entry, new QmpSchemaType(KindOf(entry), entry.Features))))
            {
                throw new FormatException($"The QMP schema has the type '{entry.Name}' twice.");
            }
        }
    }

    private static QmpSchemaKind KindOf(SchemaEntry entry) => (entry.MetaType, entry.JsonType) switch
    {
        ("object", _) => QmpSchemaKind.Object,
        ("enum", _) => QmpSchemaKind.Enum,
        ("array", _) => QmpSchemaKind.Array,
        ("alternate", _) => QmpSchemaKind.Alternate,
        ("builtin", "string") => QmpSchemaKind.String,
        ("builtin", "int") => QmpSchemaKind.Integer,
        ("builtin", "number") => QmpSchemaKind.Number,
        ("builtin", "boolean") => QmpSchemaKind.Boolean,
        ("builtin", "null") => QmpSchemaKind.Null,
        _ => QmpSchemaKind.Any,
    };

    private void Complete(SchemaEntry entry, QmpSchemaType type)
    {
        switch (type.Kind)
        {
            case QmpSchemaKind.Object:
                type.CompleteObject(
                    [.. entry.Members.Select(member => new QmpSchemaMember(member.Name, Type(entry, member.Type), member.IsOptional, member.Features))],
                    entry.Tag,
                    [.. entry.Variants.Select(variant => new QmpSchemaVariant(variant.Name, Type(entry, variant.Type)))]);
                break;
            case QmpSchemaKind.Enum:
                CompleteEnum(entry, type);
                break;
            case QmpSchemaKind.Array:
                type.CompleteInner([Type(entry, entry.ElementType)]);
                break;
            case QmpSchemaKind.Alternate:
                type.CompleteInner([.. entry.Members.Select(member => Type(entry, member.Type))]);
                break;
        }
    }

    // QEMU before 6.2 has only values; later ones have members too, with the features of each.
    private static void CompleteEnum(SchemaEntry entry, QmpSchemaType type)
    {
        var features = entry.Members.Where(member => member.Features.Count > 0).DistinctBy(member => member.Name)
            .ToDictionary(member => member.Name, member => member.Features);
        type.CompleteEnum(
            entry.Members.Count > 0 ? [.. entry.Members.Select(member => member.Name)] : entry.Values,
            features.Count > 0 ? features : null);
    }

    private void AddCommandsAndEvents(List<SchemaEntry> entries)
    {
        foreach (var entry in entries.Where(IsNamed))
        {
            var arguments = Type(entry, entry.ArgumentType);
            var added = entry.MetaType == "command"
                ? _commands.TryAdd(entry.Name, new QmpSchemaCommand(
                    entry.Name, arguments, Type(entry, entry.ReturnType), entry.AllowsOutOfBand, entry.Features))
                : _events.TryAdd(entry.Name, new QmpSchemaEvent(entry.Name, arguments, entry.Features));
            if (!added)
            {
                throw new FormatException($"The QMP schema has the {entry.MetaType} '{entry.Name}' twice.");
            }
        }
    }

    private QmpSchemaType Type(SchemaEntry from, string name)
        => _types.TryGetValue(name, out var found)
            ? found.Type
            : throw new FormatException($"The QMP schema's {from.MetaType} '{from.Name}' refers to the type '{name}', which is not there.");

    // A type may contain itself by way of a member, whose value is another one; without a member between it would have no end.
    private void Bound(string name, QmpSchemaType type, int depth)
    {
        if (depth > MaxNesting)
        {
            throw new FormatException($"The QMP schema's type '{name}' contains itself, or more than {MaxNesting} types in one another.");
        }

        if (!_bounded.Contains(type))
        {
            foreach (var inner in SchemaPath.Inside(type))
            {
                Bound(name, inner, depth + 1);
            }

            _bounded.Add(type);
        }
    }
}
