using Pve.Qmp.Schema;

namespace Pve.Qmp;

/// <summary>A type in QEMU's schema. Types refer to themselves (a disk's backing file is a disk), so walk them as far as needed, not to the end.</summary>
/// <remarks>It has no name: those of QEMU's types are numbers that change from build to build (docs/devel/qapi-code-gen, "Client JSON Protocol introspection").</remarks>
public sealed class QmpSchemaType
{
    private IReadOnlyList<QmpSchemaType> _inner = [];
    private IReadOnlyDictionary<string, IReadOnlyList<string>>? _valueFeatures;

    internal QmpSchemaType(QmpSchemaKind kind, IReadOnlyList<string> features) => (Kind, Features) = (kind, features);

    /// <summary>What kind of value it is.</summary>
    public QmpSchemaKind Kind { get; }

    /// <summary>What QEMU says of the type, such as <c>dynamic-auto-read-only</c>.</summary>
    public IReadOnlyList<string> Features { get; }

    /// <summary>The members that an object always has; empty for other kinds.</summary>
    public IReadOnlyList<QmpSchemaMember> Members { get; private set; } = [];

    /// <summary>The member whose value decides which further members an object has; null where that is none.</summary>
    public string? Discriminator { get; private set; }

    /// <summary>The further members by the discriminator's value.</summary>
    public IReadOnlyList<QmpSchemaVariant> Variants { get; private set; } = [];

    /// <summary>The texts that an enumeration allows; empty for other kinds.</summary>
    public IReadOnlyList<string> Values { get; private set; } = [];

    /// <summary>The type of an array's elements; null for other kinds.</summary>
    public QmpSchemaType? ElementType => Kind == QmpSchemaKind.Array ? _inner[0] : null;

    /// <summary>The types that an alternate may have; empty for other kinds.</summary>
    public IReadOnlyList<QmpSchemaType> Alternatives => Kind == QmpSchemaKind.Alternate ? _inner : [];

    /// <summary>What QEMU says of one value of an enumeration, such as <c>unstable</c>; empty before QEMU 6.2, which did not say.</summary>
    public IReadOnlyList<string> FeaturesOf(string value) => _valueFeatures?.GetValueOrDefault(value) ?? [];

    /// <summary>The members of an object whose discriminator is <paramref name="value"/>: the common ones and those of the variant.</summary>
    public IReadOnlyList<QmpSchemaMember> MembersFor(string value)
    {
        var variant = Variants.FirstOrDefault(variant => variant.Value == value);
        return variant is null ? Members : [.. Members, .. variant.Type.Members];
    }

    /// <summary>
    /// The members at a dotted path, such as <c>capabilities.capability</c>: arrays and alternates are looked through, and variants all count,
    /// so there are several where variants have a member of that name each.
    /// </summary>
    public IReadOnlyList<QmpSchemaMember> Find(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return SchemaPath.Find(this, path);
    }

    /// <summary>The kind as QEMU's documentation writes it: <c>str</c>, <c>int</c>, <c>[enum]</c>, <c>object|str</c>.</summary>
    public override string ToString() => Kind switch
    {
        QmpSchemaKind.String => "str",
        QmpSchemaKind.Integer => "int",
        QmpSchemaKind.Number => "number",
        QmpSchemaKind.Boolean => "bool",
        QmpSchemaKind.Null => "null",
        QmpSchemaKind.Enum => "enum",
        QmpSchemaKind.Array => $"[{_inner[0]}]",
        QmpSchemaKind.Object => "object",
        QmpSchemaKind.Alternate => string.Join('|', _inner),
        _ => "any",
    };

    // Types refer to each other in circles, so they exist before they are complete. Nobody outside sees one before it is.
    internal void CompleteObject(IReadOnlyList<QmpSchemaMember> members, string? discriminator, IReadOnlyList<QmpSchemaVariant> variants)
        => (Members, Discriminator, Variants) = (members, discriminator, variants);

    internal void CompleteEnum(IReadOnlyList<string> values, IReadOnlyDictionary<string, IReadOnlyList<string>>? features)
        => (Values, _valueFeatures) = (values, features);

    /// <summary>The element of an array, or the alternatives of an alternate.</summary>
    internal void CompleteInner(IReadOnlyList<QmpSchemaType> inner) => _inner = inner;
}
