using System.Buffers;

namespace Pve.Qmp.Transcripts;

/// <summary>Finds secrets in text that is no JSON of the protocol: strings with JSON or options in them, monitor commands, junk.</summary>
internal static class SecretText
{
    private static readonly SearchValues<char> BehindAuthority = SearchValues.Create(" /?#\"'\\");

    // iscsi://user%password@host is QEMU's (block/iscsi.c)
    private static readonly SearchValues<char> BehindUser = SearchValues.Create(":%");

    // Where a text that QEMU takes apart may be cut: options and words, and the parts of an address.
    private static readonly char[] Coarse = [' ', '\t', '\r', '\n', '"', '\'', ',', '='];
    private static readonly char[] Fine = [.. Coarse, ':', ';', '&', '?', '/', '@', '%', '{', '}', '[', ']', '\\'];

    /// <summary>Whether the text has <c>password=…</c>, <c>"password": …</c> or <c>://user:password@</c>.</summary>
    public static bool HasSecret(SecretTable table, ReadOnlySpan<char> text) => HasPassword(text) || HasNamedSecret(table, text);

    /// <summary>Where a secret may begin in text that may end or break anywhere: behind a word that names one; -1 for nowhere.</summary>
    public static int FindPossible(SecretTable table, ReadOnlySpan<char> text)
    {
        var address = text.IndexOf("://") is var at and >= 0 && text[(at + 3)..].ContainsAny(BehindUser) ? at + 3 : -1;
        var from = 0;
        while (NextName(table, text, ref from, out var name))
        {
            if (IsSecret(table, text, name))
            {
                return address < 0 ? from : Math.Min(from, address);
            }
        }

        return address;
    }

    /// <summary>What a line of the human monitor has: a secret in itself, or one in its answer.</summary>
    public static (bool InLine, bool InResult) OfMonitorLine(SecretTable table, string line)
    {
        // flags stand anywhere and words may be quoted; behind a slash the command's name has ended (monitor/hmp.c)
        var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select((word, index) => index == 0 ? word.Split('/')[0] : word.Trim('"')).Where(word => word is not ['-', ..]).ToArray();
        return words switch
        {
            ["set_password" or "block_passwd", ..] => (true, false),
            ["change", _, "password" or "passwd", ..] => (true, false),
            ["object_add", ..] when line.Contains("secret", StringComparison.OrdinalIgnoreCase) => (true, false),
            ["qom-set", _, var property, ..] when table.IsSecretProperty(property) => (true, false),
            ["qom-get", _, var property, ..] when table.IsSecretProperty(property) => (false, true),
            _ => (HasSecret(table, line), false),
        };
    }

    /// <summary>What QEMU may repeat of a masked value when it complains of it: all of it, or a word of it.</summary>
    public static IEnumerable<string> WordsOf(SecretTable table, string text)
    {
        const int Shortest = 3; // shorter ones are in every sentence
        var secret = text[Math.Max(0, FindPossible(table, text))..];
        return secret.Split(Coarse).Concat(secret.Split(Fine)).Where(word => word.Length >= Shortest).Append(text).Where(word => word.Length > 0).Distinct();
    }

    private static bool HasNamedSecret(SecretTable table, ReadOnlySpan<char> text)
    {
        var from = 0;
        while (NextName(table, text, ref from, out var name))
        {
            var rest = text[from..].TrimStart(" \t\"'\\");
            if (rest.Length > 0 && rest[0] is '=' or ':' && IsSecret(table, text, name)
                && rest[1..].TrimStart(" \t\"'\\") is [not (',' or '}' or '\r' or '\n'), ..])
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsSecret(SecretTable table, ReadOnlySpan<char> text, Range name) => table.Classify(text[name]) switch
    {
        SecretKind.Any => true,
        SecretKind.Text => text[name.End..] is ['=' or '"' or '\'' or '\\', ..], // "key" and "pass" are words of every sentence as well
        _ => false,
    } || text[name].EndsWith("cookie", StringComparison.OrdinalIgnoreCase);

    // The whole name around the next word; the search goes on behind it.
    private static bool NextName(SecretTable table, ReadOnlySpan<char> text, ref int from, out Range name)
    {
        var at = text[from..].IndexOfAny(table.Words);
        if (at < 0)
        {
            name = default;
            return false;
        }

        var (start, end) = (from + at, from + at);
        while (start > from && IsNamePart(text[start - 1]))
        {
            start--;
        }

        while (end < text.Length && IsNamePart(text[end]))
        {
            end++;
        }

        if (start > 0 && text[start - 1] == '\\')
        {
            start = from + at; // what is before the word may be an escape: \u0026key=…
        }

        (name, from) = (start..end, end);
        return true;
    }

    private static bool IsNamePart(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.';

    private static bool HasPassword(ReadOnlySpan<char> text)
    {
        while (text.IndexOf("://") is var at and >= 0)
        {
            text = text[(at + 3)..];
            var end = text.IndexOfAny(BehindAuthority);
            var authority = end < 0 ? text : text[..end];
            var user = authority[..Math.Max(0, authority.LastIndexOf('@'))];
            if (user.IndexOfAny(BehindUser) is var colon and >= 0 && colon < user.Length - 1)
            {
                return true;
            }
        }

        return false;
    }
}
