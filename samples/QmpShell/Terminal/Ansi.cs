using QmpShell.Output;

namespace QmpShell.Terminal;

/// <summary>What standard output can show.</summary>
internal static class Ansi
{
    private const int UsualWidth = 100;

    /// <summary>Whether it is a terminal that a line can be edited on.</summary>
    public static bool IsTerminal { get; } = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    /// <summary>The colours, unless it is no terminal or NO_COLOR is set (no-color.org).</summary>
    public static Palette Palette => IsTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) ? Palette.Colours : Palette.None;

    /// <summary>The terminal's width in cells, at this moment; a usual one where it is no terminal.</summary>
    public static int Width() => IsTerminal && Console.WindowWidth is > 1 and var width ? width : UsualWidth;
}
