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

    /// <summary>The usual prompt.</summary>
    public Prompt Usual => State is { } state ? new Prompt($"qmp ({state})> ", state == "running" ? palette.Good : palette.Number) : new Prompt("qmp> ", palette.Number);

    public LineView View(LineEditor editor) => new(editor.Text, editor.Cursor, editor.Search is { } search
        ? new Prompt($"({(editor.SearchFailed ? "no such line" : "search")} '{search}') ", palette.Faint)
        : null);
}
