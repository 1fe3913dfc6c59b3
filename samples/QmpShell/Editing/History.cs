namespace QmpShell.Editing;

/// <summary>The lines of before, the oldest first; a line that repeats the last one is not kept twice.</summary>
internal sealed class History(IEnumerable<string> lines, int capacity = 1000)
{
    private readonly List<string> _lines = [.. lines.TakeLast(capacity)];

    public int Count => _lines.Count;

    public string this[int index] => _lines[index];

    /// <summary>Keeps a line; false where it is already the last.</summary>
    public bool Add(string line)
    {
        if (_lines is [.., var last] && last == line)
        {
            return false;
        }

        _lines.Add(line);
        if (_lines.Count > capacity)
        {
            _lines.RemoveAt(0);
        }

        return true;
    }

    /// <summary>The index of the last line before <paramref name="before"/> that contains <paramref name="text"/>; -1 where there is none.</summary>
    public int FindBackwards(string text, int before)
        => before == 0 ? -1 : _lines.FindLastIndex(before - 1, line => line.Contains(text, StringComparison.OrdinalIgnoreCase));
}
