namespace QmpShell.Output;

/// <summary>Answers as the user wants to read them.</summary>
internal sealed class AnswerText(ResultFormat format, Palette palette)
{
    private readonly JsonPainter _painter = new(format is ResultFormat.Pretty ? palette : Palette.None, format is not ResultFormat.Compact);

    /// <summary>The answer without a line end; empty where the human monitor had nothing to say.</summary>
    public string Write(Answer answer) => answer.IsMonitorText && format is ResultFormat.Pretty
        ? PlainText.Clean(answer.Value.GetString() ?? "").TrimEnd('\n')
        : _painter.Paint(answer.Value);

    /// <summary>Writes the answer's lines, if it has any.</summary>
    public async Task WriteAsync(TextWriter output, Answer answer)
    {
        if (Write(answer) is { Length: > 0 } text)
        {
            await output.WriteLineAsync(text);
        }
    }
}
