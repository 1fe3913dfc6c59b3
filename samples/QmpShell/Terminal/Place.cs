using System.Globalization;
using Spectre.Console;

namespace QmpShell.Terminal;

/// <summary>A place on the screen, counted from the prompt's first character.</summary>
internal readonly record struct Place(int Row, int Column)
{
    /// <summary>Where the cursor is when <paramref name="text"/> was written on a screen that is <paramref name="width"/> cells wide.</summary>
    public static Place Behind(string text, int width)
    {
        var (row, column) = (0, 0);
        var characters = StringInfo.GetTextElementEnumerator(text);
        while (characters.MoveNext())
        {
            var cells = characters.GetTextElement().GetCellWidth();
            if (column + cells > width)
            {
                (row, column) = (row + 1, 0); // a wide character does not fit into the last cell
            }

            column += cells;
        }

        return column < width ? new Place(row, column) : new Place(row + 1, 0);
    }
}
