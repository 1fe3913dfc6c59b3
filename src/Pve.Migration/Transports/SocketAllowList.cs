using System.IO.Enumeration;

namespace Pve.Migration.Transports;

// Which sockets a peer may name. Pure: whether one is there, and is what it seems, is GuardedSocket's to find out.
internal sealed class SocketAllowList
{
    private readonly (string Folder, string Name)[] _patterns;

    public SocketAllowList(IReadOnlyList<string> patterns) => _patterns = [.. patterns.Select(Split)];

    // null: it may be opened
    public string? WhyNot(string path)
    {
        if (path.Length == 0 || path[0] != '/' || path.AsSpan().ContainsAnyInRange('\0', '\x1F'))
        {
            return "a socket's path is absolute and without control characters";
        }

        if (path.Split('/').Skip(1).Any(static part => part is "" or "." or ".."))
        {
            return "a socket's path has no empty parts, no '.' and no '..'";
        }

        (string folder, string name) = Cut(path);
        return _patterns.Any(pattern => pattern.Folder == folder && FileSystemName.MatchesSimpleExpression(pattern.Name, name, ignoreCase: false))
            ? null
            : "this socket is not among those that may be opened here";
    }

    private static (string Folder, string Name) Split(string pattern)
    {
        ArgumentException.ThrowIfNullOrEmpty(pattern);
        (string folder, string name) = Cut(pattern);
        if (pattern[0] != '/' || name.Length == 0 || folder.Contains('*', StringComparison.Ordinal) || name.AsSpan().ContainsAny('?', '\\'))
        {
            throw new ArgumentException($"'{pattern}' must be an absolute path, with '*' in its file name only and without '?' and '\\'");
        }

        return (folder, name);
    }

    private static (string Folder, string Name) Cut(string path)
    {
        int slash = path.LastIndexOf('/');
        return (path[..(slash + 1)], path[(slash + 1)..]);
    }
}
