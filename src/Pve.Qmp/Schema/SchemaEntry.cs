namespace Pve.Qmp.Schema;

/// <summary>An entry of the schema as it is written, its references still names.</summary>
internal sealed class SchemaEntry
{
    public string Name { get; set; } = "";

    public string MetaType { get; set; } = "";

    public string JsonType { get; set; } = "";

    public string ElementType { get; set; } = "";

    public string ArgumentType { get; set; } = "";

    public string ReturnType { get; set; } = "";

    public string? Tag { get; set; }

    public bool AllowsOutOfBand { get; set; }

    public IReadOnlyList<string> Features { get; set; } = [];

    public IReadOnlyList<string> Values { get; set; } = [];

    public IReadOnlyList<SchemaEntryMember> Members { get; set; } = [];

    public IReadOnlyList<SchemaEntryMember> Variants { get; set; } = [];
}
