namespace QmpShell.Terminal;

/// <summary>What stands at the bottom of the screen: a prompt, and the line behind it.</summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="Ink">The sequence that colours it; empty for none.</param>
/// <param name="Text">The line.</param>
/// <param name="Cursor">The cursor's place in the line.</param>
internal sealed record PromptView(string Prompt, string Ink, string Text, int Cursor)
{
    /// <summary>What stands before the cursor.</summary>
    public string BeforeCursor => Prompt + Text[..Cursor];

    public string All => Prompt + Text;
}
