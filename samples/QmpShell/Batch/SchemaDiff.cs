using Pve.Qmp;

namespace QmpShell.Batch;

/// <summary>What one QEMU can and another cannot, a line each: <c>- </c> only the first one has it, <c>+ </c> only the second.</summary>
internal static class SchemaDiff
{
    /// <summary>Commands and events, the members of those that both have, and the values that members take.</summary>
    public static IEnumerable<string> Compare(QmpSchema first, QmpSchema second)
    {
        var (before, after) = (Describe(first), Describe(second));
        return before.Except(after).Select(line => (line, sign: "- ")).Concat(after.Except(before).Select(line => (line, sign: "+ ")))
            .Where(difference => IsNews(difference.line, difference.sign == "- " ? after : before))
            .OrderBy(difference => difference.line, StringComparer.Ordinal)
            .Select(difference => difference.sign + difference.line);
    }

    // What belongs to something that the other one lacks altogether goes without saying.
    private static bool IsNews(string line, HashSet<string> other) => Parent(line) is not { } parent || other.Contains(parent);

    // command NAME MEMBER.MEMBER=VALUE, command NAME returns:MEMBER
    private static string? Parent(string line)
    {
        var last = line.LastIndexOfAny(['.', '=']);
        var name = line.IndexOf(' ', line.IndexOf(' ') + 1);
        return name < 0 ? null : last > name ? line[..last] : line[..name];
    }

    private static HashSet<string> Describe(QmpSchema schema)
    {
        var lines = new HashSet<string>(StringComparer.Ordinal);
        foreach (var command in schema.Commands)
        {
            lines.Add($"command {command}");
            var found = schema.FindCommand(command)!;
            Add(lines, $"command {command}", "", found.Arguments, []);
            Add(lines, $"command {command}", "returns:", found.Result, []);
        }

        foreach (var name in schema.Events)
        {
            lines.Add($"event {name}");
            Add(lines, $"event {name}", "", schema.FindEvent(name)!.Data, []);
        }

        return lines;
    }

    // Types may contain themselves, as a disk contains its backing disk.
    private static void Add(HashSet<string> lines, string owner, string path, QmpSchemaType type, HashSet<QmpSchemaType> within)
    {
        if (type.ElementType is { } element)
        {
            Add(lines, owner, path, element, within);
        }

        foreach (var value in type.Values)
        {
            lines.Add($"{owner} {path}={value}");
        }

        if (!within.Add(type))
        {
            return;
        }

        foreach (var member in type.Members.Concat(type.Variants.SelectMany(variant => variant.Type.Members)))
        {
            var inner = path.Length == 0 || path[^1] == ':' ? path + member.Name : $"{path}.{member.Name}";
            lines.Add($"{owner} {inner}");
            Add(lines, owner, inner, member.Type, within);
        }

        within.Remove(type);
    }
}
