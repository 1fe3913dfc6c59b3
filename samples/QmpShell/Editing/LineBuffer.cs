using System.Globalization;

namespace QmpShell.Editing;

/// <summary>A line and the place of the cursor in it. It moves by what a person takes for one character.</summary>
internal sealed class LineBuffer
{
    private string _cut = "";

    public string Text { get; private set; } = "";

    public int Cursor { get; private set; }

    public void Set(string text) => (Text, Cursor) = (text, text.Length);

    public void Insert(string text) => Replace(Cursor, Cursor, text);

    /// <summary>Replaces the characters from <paramref name="start"/> to <paramref name="end"/>; the cursor is behind what was put there.</summary>
    public void Replace(int start, int end, string text)
        => (Text, Cursor) = (string.Concat(Text.AsSpan(0, start), text, Text.AsSpan(end)), start + text.Length);

    public void MoveLeft() => Cursor = Previous;

    public void MoveRight() => Cursor = Next;

    public void MoveHome() => Cursor = 0;

    public void MoveEnd() => Cursor = Text.Length;

    public void MoveWordLeft() => Cursor = PreviousWord;

    public void MoveWordRight() => Cursor = NextWord;

    public void DeleteLeft() => Replace(Previous, Cursor, "");

    public void DeleteRight() => Replace(Cursor, Next, "");

    public void CutToHome() => Cut(0, Cursor);

    public void CutToEnd() => Cut(Cursor, Text.Length);

    public void CutWordLeft() => Cut(PreviousWord, Cursor);

    public void CutWordRight() => Cut(Cursor, NextWord);

    /// <summary>Inserts what was cut last.</summary>
    public void Paste() => Insert(_cut);

    private int Previous => Cursor == 0 ? 0 : StringInfo.ParseCombiningCharacters(Text[..Cursor])[^1];

    private int Next => Cursor + StringInfo.GetNextTextElementLength(Text.AsSpan(Cursor));

    private int PreviousWord
    {
        get
        {
            var at = Cursor;
            while (at > 0 && !IsWord(Text[at - 1]))
            {
                at--;
            }

            while (at > 0 && IsWord(Text[at - 1]))
            {
                at--;
            }

            return at;
        }
    }

    private int NextWord
    {
        get
        {
            var at = Cursor;
            while (at < Text.Length && !IsWord(Text[at]))
            {
                at++;
            }

            while (at < Text.Length && IsWord(Text[at]))
            {
                at++;
            }

            return at;
        }
    }

    private void Cut(int start, int end)
    {
        if (end > start)
        {
            _cut = Text[start..end];
            Replace(start, end, "");
        }
    }

    // A dash, a dot or an equals sign ends a word: names and values are made of several.
    private static bool IsWord(char character) => char.IsLetterOrDigit(character) || character == '_' || char.IsSurrogate(character);
}
