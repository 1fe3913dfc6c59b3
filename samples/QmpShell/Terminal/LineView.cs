namespace QmpShell.Terminal;

/// <summary>The line at the bottom of the screen.</summary>
/// <param name="Text">The line.</param>
/// <param name="Cursor">The cursor's place in it.</param>
/// <param name="Label">What stands before it in place of the usual prompt.</param>
internal sealed record LineView(string Text, int Cursor, Prompt? Label = null)
{
    /// <summary>What stands before the cursor, behind the prompt.</summary>
    public string BeforeCursor => Text[..Cursor];
}
