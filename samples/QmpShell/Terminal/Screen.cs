using System.Text;

namespace QmpShell.Terminal;

/// <summary>
/// The terminal, shared by the line that is being edited and by what is printed above it. Whoever prints takes the line away, prints, and
/// draws it again, in one write.
/// </summary>
internal sealed class Screen(TextWriter terminal, Func<int> width)
{
    private const string EraseBelow = "\e[J";
    private const string EraseAll = "\e[H\e[2J";

    private readonly Lock _gate = new();
    private PromptView? _shown;

    /// <summary>Shows the prompt and its line, in place of the one that is shown.</summary>
    public void Show(PromptView view)
    {
        lock (_gate)
        {
            Write(Erase(), Draw(view));
            _shown = view;
        }
    }

    /// <summary>Shows another prompt before the line; nothing where no line is shown.</summary>
    public void ChangePrompt(string prompt, string ink)
    {
        lock (_gate)
        {
            if (_shown is { } shown)
            {
                Show(shown with { Prompt = prompt, Ink = ink });
            }
        }
    }

    /// <summary>Prints lines above the prompt.</summary>
    public void Print(string text)
    {
        lock (_gate)
        {
            Write(Erase(), text, "\r\n", _shown is { } shown ? Draw(shown) : "");
        }
    }

    /// <summary>Leaves the line where it stands, with <paramref name="mark"/> behind it; what follows is below it.</summary>
    public void Leave(string mark = "")
    {
        lock (_gate)
        {
            if (_shown is { } shown)
            {
                Write(Erase(), Draw(shown with { Cursor = shown.Text.Length }), mark, "\r\n");
                _shown = null;
            }
        }
    }

    /// <summary>Clears the screen and draws the line at its top.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            Write(EraseAll, _shown is { } shown ? Draw(shown) : "");
        }
    }

    // The screen may have become wider or narrower since the line was drawn; terminals move its text along.
    private string Erase()
    {
        if (_shown is not { } shown)
        {
            return "";
        }

        var cursor = Place.Behind(shown.BeforeCursor, width());
        return Up(cursor.Row) + "\r" + EraseBelow;
    }

    private string Draw(PromptView view)
    {
        var columns = width();
        var text = new StringBuilder();
        text.Append(view.Ink).Append(view.Prompt).Append(view.Ink.Length > 0 ? "\e[0m" : "").Append(view.Text);
        var (end, cursor) = (Place.Behind(view.All, columns), Place.Behind(view.BeforeCursor, columns));
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
