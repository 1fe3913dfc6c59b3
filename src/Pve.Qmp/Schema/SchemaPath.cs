namespace Pve.Qmp.Schema;

/// <summary>Follows dotted paths through types. Names may have dots themselves (<c>__com.redhat_x</c>), so a path is matched and not split.</summary>
internal static class SchemaPath
{
    public static IReadOnlyList<QmpSchemaMember> Find(QmpSchemaType type, string path)
    {
        var found = new List<QmpSchemaMember>();
        Collect(type, path, 0, [], found);
        return found;
    }

    public static IReadOnlyList<string> EnumValues(QmpSchemaType type, string path)
        => [.. Enums(type, path).SelectMany(found => found.Values).Distinct()];

    public static IEnumerable<string> ValueFeatures(QmpSchemaType type, string path, string value)
        => Enums(type, path).SelectMany(found => found.FeaturesOf(value));

    /// <summary>The features of the members at the path and of their types.</summary>
    public static IEnumerable<string> Features(QmpSchemaType type, string path)
        => path.Length == 0
            ? Transparent(type).SelectMany(found => found.Features)
            : Find(type, path).SelectMany(member => member.Features.Concat(Transparent(member.Type).SelectMany(found => found.Features)));

    // The empty path is the type itself: some commands return a list of names and nothing around it.
    private static IEnumerable<QmpSchemaType> Enums(QmpSchemaType type, string path)
        => (path.Length == 0 ? Transparent(type) : Find(type, path).SelectMany(member => Transparent(member.Type)))
            .Where(found => found.Kind == QmpSchemaKind.Enum);

    /// <summary>The type and what is inside it without a name in between.</summary>
    private static HashSet<QmpSchemaType> Transparent(QmpSchemaType type)
    {
        var all = new HashSet<QmpSchemaType>();
        Add(type);
        return all;

        void Add(QmpSchemaType next)
        {
            if (all.Add(next))
            {
                foreach (var inner in Inside(next))
                {
                    Add(inner);
                }
            }
        }
    }

    /// <summary>What is inside the type without a name in between.</summary>
    public static IEnumerable<QmpSchemaType> Inside(QmpSchemaType type) => type.Kind switch
    {
        QmpSchemaKind.Array => [type.ElementType!],
        QmpSchemaKind.Alternate => type.Alternatives,
        _ => type.Variants.Select(variant => variant.Type),
    };

    // Types are circular; one that was seen at this place of the path has nothing new to say.
    private static void Collect(QmpSchemaType type, string path, int start, HashSet<(QmpSchemaType, int)> seen, List<QmpSchemaMember> found)
    {
        if (!seen.Add((type, start)))
        {
            return;
        }

        foreach (var member in type.Members)
        {
            var end = start + member.Name.Length;
            if (string.CompareOrdinal(path, start, member.Name, 0, member.Name.Length) != 0)
            {
                continue;
            }

            if (end == path.Length)
            {
                found.Add(member);
            }
            else if (path[end] == '.')
            {
                Collect(member.Type, path, end + 1, seen, found);
            }
        }

        foreach (var inner in Inside(type))
        {
            Collect(inner, path, start, seen, found);
        }
    }
}
