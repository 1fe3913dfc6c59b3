using QmpShell.Editing;
using QmpShell.Output;
using QmpShell.Terminal;

namespace QmpShell.Interactive;

/// <summary>The prompt: whether the guest runs, or what is searched for.</summary>
internal sealed class ShellPrompt(Palette palette)
{
    private string? _state;

    /// <summary>The run state as QEMU calls it; null while it is not known.</summary>
    public string? State
    {
        get => Volatile.Read(ref _state);
        set => Volatile.Write(ref _state, value);
    }

    public string Text => State is { } state ? $"qmp ({state})> " : "qmp> ";

    public string Ink => State is "running" ? palette.Good : palette.Number;

    public PromptView View(LineEditor editor) => editor.Search is { } search
        ? new PromptView($"({(editor.SearchFailed ? "no such line" : "search")} '{search}') ", palette.Faint, editor.Text, editor.Cursor)
        : new PromptView(Text, Ink, editor.Text, editor.Cursor);
}
