namespace QmpShell.Editing;

/// <summary>A line under the hands of its user: keys in, a line out. It draws nothing. The keys are those of readline's emacs mode.</summary>
internal sealed class LineEditor(History history)
{
    private readonly LineBuffer _line = new();
    private int _place = history.Count; // in the history; behind its end is the line that is being written
    private string _draft = "";
    private string _beforeSearch = "";
    private string? _search;
    private int _found;

    public string Text => _line.Text;

    public int Cursor => _line.Cursor;

    /// <summary>What is searched for in the history; null where nothing is.</summary>
    public string? Search => _search;

    /// <summary>Whether the history has no line that is searched for.</summary>
    public bool SearchFailed => _search is not null && _found < 0;

    /// <summary>Begins a new line.</summary>
    public void Begin()
    {
        _line.Set("");
        (_place, _draft, _search) = (history.Count, "", null);
    }

    /// <summary>Puts a completion in place of the word at the cursor, which began at <paramref name="start"/>.</summary>
    public void Complete(int start, string text) => _line.Replace(start, Cursor, text);

    public EditOutcome Press(ConsoleKeyInfo key)
    {
        if (_search is not null)
        {
            if (SearchOn(key))
            {
                return EditOutcome.Edited;
            }

            _search = null; // any other key ends the search and does its own work on what was found
        }

        return key.Modifiers switch
        {
            var modifiers when modifiers.HasFlag(ConsoleModifiers.Control) => PressControl(key),
            var modifiers when modifiers.HasFlag(ConsoleModifiers.Alt) => PressAlt(key),
            _ => PressPlain(key),
        };
    }

    private EditOutcome PressPlain(ConsoleKeyInfo key)
    {
        switch (key.Key)
        {
            case ConsoleKey.Enter:
                return EditOutcome.Submitted;
            case ConsoleKey.Tab:
                return EditOutcome.CompletionWanted;
            case ConsoleKey.Backspace:
                return Edit(_line.DeleteLeft);
            case ConsoleKey.Delete:
                return Edit(_line.DeleteRight);
            case ConsoleKey.LeftArrow:
                return Edit(_line.MoveLeft);
            case ConsoleKey.RightArrow:
                return Edit(_line.MoveRight);
            case ConsoleKey.Home:
                return Edit(_line.MoveHome);
            case ConsoleKey.End:
                return Edit(_line.MoveEnd);
            case ConsoleKey.UpArrow:
                return Edit(() => Recall(_place - 1));
            case ConsoleKey.DownArrow:
                return Edit(() => Recall(_place + 1));
            default:
                return char.IsControl(key.KeyChar) ? EditOutcome.Edited : Edit(() => _line.Insert(key.KeyChar.ToString()));
        }
    }

    private EditOutcome PressControl(ConsoleKeyInfo key) => key.Key switch
    {
        ConsoleKey.A => Edit(_line.MoveHome),
        ConsoleKey.B => Edit(_line.MoveLeft),
        ConsoleKey.C => EditOutcome.Abandoned,
        ConsoleKey.D when Text.Length == 0 => EditOutcome.Ended,
        ConsoleKey.D => Edit(_line.DeleteRight),
        ConsoleKey.E => Edit(_line.MoveEnd),
        ConsoleKey.F => Edit(_line.MoveRight),
        ConsoleKey.G => EditOutcome.Edited,
        ConsoleKey.H => Edit(_line.DeleteLeft),
        ConsoleKey.I => EditOutcome.CompletionWanted,
        ConsoleKey.J or ConsoleKey.M or ConsoleKey.Enter => EditOutcome.Submitted,
        ConsoleKey.K => Edit(_line.CutToEnd),
        ConsoleKey.L => EditOutcome.ClearWanted,
        ConsoleKey.N => Edit(() => Recall(_place + 1)),
        ConsoleKey.P => Edit(() => Recall(_place - 1)),
        ConsoleKey.R => Edit(BeginSearch),
        ConsoleKey.U => Edit(_line.CutToHome),
        ConsoleKey.W or ConsoleKey.Backspace => Edit(_line.CutWordLeft),
        ConsoleKey.Y => Edit(_line.Paste),
        ConsoleKey.LeftArrow => Edit(_line.MoveWordLeft),
        ConsoleKey.RightArrow => Edit(_line.MoveWordRight),
        ConsoleKey.Delete => Edit(_line.CutWordRight),
        _ => EditOutcome.Edited,
    };

    private EditOutcome PressAlt(ConsoleKeyInfo key) => key.Key switch
    {
        ConsoleKey.B => Edit(_line.MoveWordLeft),
        ConsoleKey.F => Edit(_line.MoveWordRight),
        ConsoleKey.D => Edit(_line.CutWordRight),
        ConsoleKey.Backspace => Edit(_line.CutWordLeft),
        _ => EditOutcome.Edited,
    };

    private static EditOutcome Edit(Action edit)
    {
        edit();
        return EditOutcome.Edited;
    }

    private void Recall(int place)
    {
        if (place < 0 || place > history.Count)
        {
            return;
        }

        KeepDraft();
        _place = place;
        _line.Set(place == history.Count ? _draft : history[place]);
    }

    private void BeginSearch()
    {
        KeepDraft();
        (_search, _found, _beforeSearch) = ("", history.Count, Text);
    }

    private void KeepDraft() => _draft = _place == history.Count ? Text : _draft;

    // True where the key belongs to the search.
    private bool SearchOn(ConsoleKeyInfo key)
    {
        var control = key.Modifiers.HasFlag(ConsoleModifiers.Control);
        switch (key.Key)
        {
            case ConsoleKey.R when control:
                Find(_search!, _found);
                return true;
            case ConsoleKey.G or ConsoleKey.C when control:
            case ConsoleKey.Escape:
                _search = null;
                _line.Set(_beforeSearch);
                return true;
            case ConsoleKey.Backspace or ConsoleKey.H when control || key.Key == ConsoleKey.Backspace:
                Find(_search![..Math.Max(0, _search!.Length - 1)], history.Count);
                return true;
            default:
                if (control || key.Modifiers.HasFlag(ConsoleModifiers.Alt) || char.IsControl(key.KeyChar))
                {
                    return false;
                }

                Find(_search + key.KeyChar, history.Count);
                return true;
        }
    }

    private void Find(string text, int before)
    {
        _search = text;
        if (before < 0)
        {
            return; // it failed before, and further back there is nothing
        }

        _found = text.Length == 0 ? history.Count : history.FindBackwards(text, before);
        if (_found >= 0 && _found < history.Count)
        {
            _place = _found;
            _line.Set(history[_found]);
        }
    }
}
