using System.Text.Json;

namespace QmpShell.Output;

/// <summary>Results as the user wants to read them.</summary>
internal sealed class AnswerText(ResultFormat format, Palette palette)
{
    private readonly JsonPainter _painter = new(format is ResultFormat.Pretty ? palette : Palette.None, format is not ResultFormat.Compact);

    /// <summary>A command's result.</summary>
    public string Write(JsonElement result) => _painter.Paint(result);

    /// <summary>What the human monitor wrote: as text, unless everything is to be JSON.</summary>
    public string WriteMonitor(JsonElement result)
        => format is ResultFormat.Pretty ? PlainText.Clean(result.GetString() ?? "").TrimEnd('\n') : _painter.Paint(result);
}
