namespace Pve.Qmp;

/// <summary>A member of an object in QEMU's schema, such as an argument of a command.</summary>
public sealed class QmpSchemaMember
{
    internal QmpSchemaMember(string name, QmpSchemaType type, bool isOptional, IReadOnlyList<string> features)
        => (Name, Type, IsOptional, Features) = (name, type, isOptional, features);

    /// <summary>The name on the wire.</summary>
    public string Name { get; }

    /// <summary>The type of its value.</summary>
    public QmpSchemaType Type { get; }

    /// <summary>Whether it may be absent.</summary>
    public bool IsOptional { get; }

    /// <summary>What QEMU says of the member, such as <c>deprecated</c> or <c>unstable</c>.</summary>
    public IReadOnlyList<string> Features { get; }

    /// <summary>The member as <c>[name: type]</c>, in brackets where it is optional.</summary>
    public override string ToString() => IsOptional ? $"[{Name}: {Type}]" : $"{Name}: {Type}";
}
