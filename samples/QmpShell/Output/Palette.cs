namespace QmpShell.Output;

/// <summary>The terminal's sequences for each kind of text; all empty where there are no colours.</summary>
internal sealed record Palette
{
    public static readonly Palette None = new();

    public static readonly Palette Colours = new()
    {
        Name = "\e[36m",
        Text = "\e[32m",
        Number = "\e[33m",
        Keyword = "\e[35m",
        Faint = "\e[2m",
        Strong = "\e[1m",
        Good = "\e[32m",
        Bad = "\e[31m",
        Off = "\e[0m",
    };

    /// <summary>A member's name.</summary>
    public string Name { get; private init; } = "";

    /// <summary>A string.</summary>
    public string Text { get; private init; } = "";

    public string Number { get; private init; } = "";

    /// <summary>true, false, null.</summary>
    public string Keyword { get; private init; } = "";

    public string Faint { get; private init; } = "";

    public string Strong { get; private init; } = "";

    public string Good { get; private init; } = "";

    public string Bad { get; private init; } = "";

    /// <summary>Ends each of the others.</summary>
    public string Off { get; private init; } = "";
}
