using System.Globalization;
using System.Text;

namespace QmpShell.Output;

/// <summary>Text that QEMU or a guest wrote, made harmless for a terminal.</summary>
internal static class PlainText
{
    /// <summary>The text with its lines and tabs, without anything else that steers a terminal.</summary>
    public static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            if (character is '\n' or '\t' || IsSeen(character))
            {
                clean.Append(character);
            }
        }

        return clean.ToString();
    }

    /// <summary>Whether a character stands for itself, and does not steer the terminal or the order in which it shows the others.</summary>
    public static bool IsSeen(char character) => char.GetUnicodeCategory(character) is not (UnicodeCategory.Control or UnicodeCategory.Format);

    /// <summary>The text in one line.</summary>
    public static string OneLine(string text) => Clean(text.ReplaceLineEndings(" ")).Replace('\t', ' ');
}
