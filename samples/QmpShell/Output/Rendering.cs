using Spectre.Console;
using Spectre.Console.Rendering;

namespace QmpShell.Output;

/// <summary>Tables and columns as text.</summary>
internal static class Rendering
{
    public static string ToText(IRenderable what, int width, bool colours)
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = colours ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = colours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = width;
        console.Write(what);
        return string.Join('\n', text.ToString().ReplaceLineEndings("\n").TrimEnd('\n').Split('\n').Select(line => line.TrimEnd()));
    }

    /// <summary>Words in columns.</summary>
    public static string InColumns(IEnumerable<string> words, int width)
        => ToText(new Columns(words.Select(word => new Text(word))) { Expand = false }, width, colours: false);
}
