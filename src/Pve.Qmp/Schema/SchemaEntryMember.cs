namespace Pve.Qmp.Schema;

/// <summary>A member of an object, a variant, an alternative or a value of an enumeration; what does not apply is empty.</summary>
internal readonly record struct SchemaEntryMember(string Name, string Type, bool IsOptional, IReadOnlyList<string> Features);
