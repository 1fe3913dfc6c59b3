using Pve.Qmp;

namespace QmpShell.Completion;

/// <summary>Finds the members that an object of a command's arguments may have, given what the line says already.</summary>
internal static class ArgumentWalk
{
    /// <summary>The members at <paramref name="path"/>, which is empty or ends with a dot.</summary>
    public static IReadOnlyList<QmpSchemaMember> MembersAt(QmpSchemaType arguments, string path, Given given)
    {
        var members = MembersOf(arguments, "", given);
        var inside = "";
        foreach (var name in path.Split('.')[..^1])
        {
            inside += name + ".";
            members = members.FirstOrDefault(member => member.Name == name) is { } found ? MembersOf(found.Type, inside, given) : [];
        }

        return members;
    }

    /// <summary>Whether a dotted key may lead into a value of this type.</summary>
    public static bool IsNested(QmpSchemaType type) => ObjectsOf(type).Any();

    /// <summary>Whether a value of this type is written behind an equals sign.</summary>
    public static bool IsPlain(QmpSchemaType type) => type.Kind != QmpSchemaKind.Object;

    /// <summary>The texts that a value of this type may be, where the schema lists them.</summary>
    public static IEnumerable<string> ValuesOf(QmpSchemaType type) => type.Kind switch
    {
        QmpSchemaKind.Enum => type.Values,
        QmpSchemaKind.Boolean => ["true", "false"],
        QmpSchemaKind.Alternate => type.Alternatives.SelectMany(ValuesOf),
        _ => [],
    };

    private static List<QmpSchemaMember> MembersOf(QmpSchemaType type, string path, Given given)
        => [.. ObjectsOf(type).SelectMany(found => MembersOfObject(found, path, given)).DistinctBy(member => member.Name)];

    // The variant's members are known as soon as the discriminator's value is.
    private static IEnumerable<QmpSchemaMember> MembersOfObject(QmpSchemaType type, string path, Given given)
    {
        var variant = type.Discriminator is { } tag && given.Find(path + tag) is { } value
            ? type.Variants.FirstOrDefault(variant => variant.Value == value)
            : null;
        return variant is null ? type.Members : type.Members.Concat(MembersOfObject(variant.Type, path, given));
    }

    private static IEnumerable<QmpSchemaType> ObjectsOf(QmpSchemaType type) => type.Kind switch
    {
        QmpSchemaKind.Object => [type],
        QmpSchemaKind.Alternate => type.Alternatives.SelectMany(ObjectsOf),
        _ => [],
    };
}
