namespace QmpShell.Language;

/// <summary>Cuts a line at its spaces. A value that begins with a quote or a bracket goes on to its end, spaces included.</summary>
internal static class WordScanner
{
    public static List<Word> Scan(string line)
    {
        var words = new List<Word>();
        var at = 0;
        while (true)
        {
            while (at < line.Length && char.IsWhiteSpace(line[at]))
            {
                at++;
            }

            if (at == line.Length)
            {
                return words;
            }

            var start = at;
            var open = SkipWord(line, ref at);
            words.Add(new Word(start, line[start..at], open));
        }
    }

    private static char? SkipWord(string line, ref int at)
    {
        while (at < line.Length && !char.IsWhiteSpace(line[at]))
        {
            if (line[at++] == '=')
            {
                var open = SkipQuoted(line, ref at);
                while (at < line.Length && !char.IsWhiteSpace(line[at]))
                {
                    at++;
                }

                return open;
            }
        }

        return null;
    }

    private static char? SkipQuoted(string line, ref int at) => at == line.Length ? null : line[at] switch
    {
        '\'' or '"' => SkipString(line, ref at),
        '{' or '[' => SkipBrackets(line, ref at),
        _ => null,
    };

    // Only a JSON string knows the backslash.
    private static char? SkipString(string line, ref int at)
    {
        var quote = line[at++];
        while (at < line.Length)
        {
            var next = line[at++];
            if (next == quote)
            {
                return null;
            }

            if (next == '\\' && quote == '"' && at < line.Length)
            {
                at++;
            }
        }

        return quote;
    }

    private static char? SkipBrackets(string line, ref int at)
    {
        var closing = new Stack<char>();
        do
        {
            switch (line[at])
            {
                case '{':
                    closing.Push('}');
                    at++;
                    break;
                case '[':
                    closing.Push(']');
                    at++;
                    break;
                case '}' or ']':
                    closing.Pop(); // the JSON reader is the one who complains about the wrong one
                    at++;
                    break;
                case '"' when SkipString(line, ref at) is { } open:
                    return open;
                case '"':
                    break;
                default:
                    at++;
                    break;
            }
        }
        while (closing.Count > 0 && at < line.Length);
        return closing.TryPeek(out var missing) ? missing : null;
    }
}
