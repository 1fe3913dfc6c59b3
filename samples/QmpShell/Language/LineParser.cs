using System.Text.Json;

namespace QmpShell.Language;

/// <summary>
/// Reads a line: <c>NAME key=value …</c> as in QEMU's own qmp-shell, <c>{"execute": …}</c>, <c>hmp LINE</c> or <c>(hmp) LINE</c>,
/// <c>help</c>, <c>exit</c>.
/// </summary>
internal static class LineParser
{
    /// <summary>Reads a line; nothing where it is empty or a <c>#</c> comment.</summary>
    /// <exception cref="LineException">It cannot be read; the message says why.</exception>
    public static ShellLine? Parse(string line)
    {
        line = line.Trim();
        if (line is "" or ['#', ..])
        {
            return null;
        }

        if (line[0] == '{')
        {
            return ParseJson(line);
        }

        var words = WordScanner.Scan(line);
        var behind = line[words[0].End..].Trim();
        return words[0].Text switch
        {
            "hmp" or "(hmp)" => ParseHmp(behind),
            "help" or "?" => new HelpLine(behind.Length == 0 ? null : behind),
            "exit" when behind.Length == 0 => new ExitLine(),
            _ => ParseCommand(words),
        };
    }

    /// <summary>Reads a command that a program's own arguments spell; a single one is a line by itself.</summary>
    /// <exception cref="LineException">It cannot be read; the message says why.</exception>
    public static ShellLine? Parse(string[] arguments) => arguments switch
    {
        [var line] => Parse(line),
        ["hmp" or "(hmp)", .. var rest] => ParseHmp(string.Join(' ', rest)),
        ["help" or "?", .. var rest] => new HelpLine(string.Join(' ', rest)),
        _ => ParseCommand([.. arguments.Select(argument => new Word(0, argument, null))]),
    };

    private static HmpLine ParseHmp(string text)
        => text.Length > 0 ? new HmpLine(text) : throw new LineException("hmp needs a line of the human monitor, as in: hmp info status");

    private static QmpLine ParseCommand(List<Word> words)
    {
        if (words[0].Value is not null)
        {
            throw new LineException($"'{words[0].Text}' is no command; begin with its name, as in: query-status");
        }

        var arguments = new ArgumentTree();
        words.Skip(1).ToList().ForEach(arguments.Add);
        return new QmpLine(words[0].Text, arguments.ToElement());
    }

    private static QmpLine ParseJson(string line)
    {
        JsonElement message;
        try
        {
            message = JsonElement.Parse(line);
        }
        catch (JsonException e)
        {
            // the runtime's message ends with line and byte, counted from 0
            throw new LineException($"this is no JSON: {e.Message.Split(" LineNumber:")[0].TrimEnd('.')} (at byte {e.BytePositionInLine + 1})");
        }

        var outOfBand = message.TryGetProperty("exec-oob", out var command);
        if ((!outOfBand && !message.TryGetProperty("execute", out command)) || command.ValueKind != JsonValueKind.String)
        {
            throw new LineException("""this names no command; write {"execute": "NAME", "arguments": {…}}""");
        }

        foreach (var member in message.EnumerateObject())
        {
            if (member.Name is not ("execute" or "exec-oob" or "arguments" or "id")) // an id is allowed; the client has its own
            {
                throw new LineException($"QMP has no '{member.Name}' beside execute, exec-oob, arguments and id");
            }
        }

        if (message.TryGetProperty("arguments", out var arguments) && arguments.ValueKind != JsonValueKind.Object)
        {
            throw new LineException("the arguments are no object; write \"arguments\": {…}");
        }

        return new QmpLine(command.GetString()!, arguments, outOfBand);
    }
}
