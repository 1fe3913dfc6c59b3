using System.Text;

namespace QmpShell.Terminal;

/// <summary>
/// The terminal, shared by the line that is being edited and by what is printed above it. Whoever prints takes the line away, prints, and
/// draws it again, in one write. <paramref name="prompt"/> is asked at each drawing, from any thread.
/// </summary>
internal sealed class Screen(TextWriter terminal, Func<int> width, Func<Prompt> prompt)
{
    // The row, then those below it: a terminal that is told to erase its whole screen (tmux) keeps what stood there in its history.
    private const string EraseBelow = "\e[K\e7\e[B\e[J\e8";
    private const string EraseAll = "\e[H\e[2J";

    private readonly Lock _gate = new();
    private LineView? _line;
    private Prompt _drawn = new("", ""); // before the line

    /// <summary>Shows a line behind its prompt, in place of the one that is shown.</summary>
    public void Show(LineView line)
    {
        lock (_gate)
        {
            var erase = Erase();
            _line = line;
            Write(erase, Draw());
        }
    }

    /// <summary>Draws the line again, if one is shown: its prompt has changed.</summary>
    public void Redraw()
    {
        lock (_gate)
        {
            Write(Erase(), Draw());
        }
    }

    /// <summary>Prints lines above the prompt.</summary>
    public void Print(string text)
    {
        lock (_gate)
        {
            Write(Erase(), text, "\r\n", Draw());
        }
    }

    /// <summary>Leaves the line where it stands, with <paramref name="mark"/> behind it; what follows is below it.</summary>
    public void Leave(string mark = "")
    {
        lock (_gate)
        {
            if (_line is { } line)
            {
                var erase = Erase();
                _line = line with { Cursor = line.Text.Length };
                Write(erase, Draw(), mark, "\r\n");
                _line = null;
            }
        }
    }

    /// <summary>Clears the screen and draws the line at its top.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            Write(EraseAll, Draw());
        }
    }

    // The screen may have become wider or narrower since the line was drawn; terminals move its text along.
    private string Erase()
        => _line is { } line ? Up(Place.Behind(_drawn.Text + line.BeforeCursor, width()).Row) + "\r" + EraseBelow : "";

    private string Draw()
    {
        if (_line is not { } line)
        {
            return "";
        }

        _drawn = line.Label ?? prompt();
        var columns = width();
        var text = new StringBuilder();
        text.Append(_drawn.Ink).Append(_drawn.Text).Append(_drawn.Ink.Length > 0 ? "\e[0m" : "").Append(line.Text);
        var end = Place.Behind(_drawn.Text + line.Text, columns);
        var cursor = Place.Behind(_drawn.Text + line.BeforeCursor, columns);
        if (end.Column == 0 && end.Row > 0)
        {
            text.Append(" \r"); // behind a full row the terminal's cursor still waits in it
        }

        return text.Append(Up(end.Row - cursor.Row)).Append('\r').Append(cursor.Column > 0 ? $"\e[{cursor.Column}C" : "").ToString();
    }

    private static string Up(int rows) => rows > 0 ? $"\e[{rows}A" : "";

    private void Write(params ReadOnlySpan<string> parts)
    {
        terminal.Write(string.Concat(parts));
        terminal.Flush();
    }
}
