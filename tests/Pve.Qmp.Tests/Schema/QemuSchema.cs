namespace Pve.Qmp.Tests.Schema;

/// <summary>What a QEMU says of its commands, events and types: the text that <c>excerpt.py</c> makes of <c>query-qmp-schema</c>.</summary>
internal sealed class QemuSchema
{
    private readonly Dictionary<string, string[]> _commands = [];
    private readonly Dictionary<string, string[]> _events = [];
    private readonly Dictionary<string, string[]> _types = [];

    private QemuSchema(string version)
    {
        Version = new Version(version);
        using var reader = new StreamReader(typeof(QemuSchema).Assembly.GetManifestResourceStream($"qemu-{version}")!);
        while (reader.ReadLine() is { } line)
        {
            var words = line.Split(' ');
            (words[0] switch { "command" => _commands, "event" => _events, _ => _types }).Add(words[1], words);
        }
    }

    public static IReadOnlyList<QemuSchema> All { get; } = [new("7.2"), new("10.0")];

    public Version Version { get; }

    public IEnumerable<string> Events => _events.Keys;

    /// <summary>The types that a command takes and returns, and whether it may go out of band; null where there is no such command.</summary>
    public (string Takes, string Returns, bool OutOfBand)? Command(string name)
        => _commands.TryGetValue(name, out var words) ? (words[^2], words[^1], words[2] == "oob") : null;

    /// <summary>The type of an event's data; null where there is no such event.</summary>
    public string? Event(string name) => _events.TryGetValue(name, out var words) ? words[2] : null;

    /// <summary><c>object</c>, <c>union</c>, <c>array</c>, <c>alternate</c>, <c>enum</c> or <c>builtin</c>.</summary>
    public string Kind(string type) => _types.TryGetValue(type, out var words) ? words[0] : "builtin";

    /// <summary>The values of an enumeration, the types of an alternate, or that of an array's elements.</summary>
    public string[] Parts(string type) => _types[type][2..];

    /// <summary>The member that tells a union's cases apart.</summary>
    public string Tag(string union) => _types[union][2];

    /// <summary>The members of an object, or those that all cases of a union have.</summary>
    public IReadOnlyList<QemuMember> Members(string type)
        => [.. (Kind(type) == "union" ? _types[type][3..].TakeWhile(word => word != "|") : _types[type][2..]).Select(QemuMember.Parse)];

    /// <summary>The cases of a union and the types that add to it.</summary>
    public IReadOnlyDictionary<string, string> Cases(string union)
        => _types[union].SkipWhile(word => word != "|").Skip(1).Select(QemuMember.Parse).ToDictionary(member => member.Name, member => member.Type);

    /// <summary>The members of an object, and those of a union's cases, which may each be missing.</summary>
    public IEnumerable<QemuMember> AllMembers(string type) => Kind(type) != "union"
        ? Members(type)
        : Members(type).Concat(Cases(type).Values.Distinct().SelectMany(AllMembers).Select(member => member with { Optional = true }));
}
