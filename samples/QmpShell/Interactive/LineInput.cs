using QmpShell.Completion;
using QmpShell.Editing;
using QmpShell.Output;
using QmpShell.Terminal;

namespace QmpShell.Interactive;

/// <summary>Reads a line from the keys, and shows it while it grows.</summary>
internal sealed class LineInput(KeyQueue keys, Screen screen, ShellPrompt prompt, History history, Func<int> width)
{
    // a longer list would push everything else off the screen
    private const int MostChoices = 300;

    private readonly LineEditor _editor = new(history);

    /// <summary>The next line; null when there will be none. <paramref name="completer"/> is asked when Tab is pressed.</summary>
    public async Task<string?> ReadAsync(Func<CancellationToken, Task<Completer?>> completer, CancellationToken cancellationToken)
    {
        _editor.Begin();
        while (true)
        {
            screen.Show(prompt.View(_editor)); // what the last key led to
            var outcome = _editor.Press(await keys.ReadAsync(cancellationToken));
            screen.Show(prompt.View(_editor));
            switch (outcome)
            {
                case EditOutcome.Submitted:
                    screen.Leave();
                    return _editor.Text;
                case EditOutcome.Abandoned:
                    screen.Leave("^C");
                    _editor.Begin();
                    break;
                case EditOutcome.Ended:
                    screen.Leave();
                    return null;
                case EditOutcome.CompletionWanted when await completer(cancellationToken) is { } found:
                    Complete(found);
                    break;
                case EditOutcome.ClearWanted:
                    screen.Clear();
                    break;
                default:
                    break;
            }
        }
    }

    private void Complete(Completer completer)
    {
        var result = completer.Complete(_editor.Text, _editor.Cursor);
        var word = _editor.Text[result.Start.._editor.Cursor];
        if (result.Text != word)
        {
            _editor.Complete(result.Start, result.Text);
        }
        else if (result.Choices.Count > 1)
        {
            var labels = result.Choices.Take(MostChoices).Select(choice => choice.Label);
            var more = result.Choices.Count > MostChoices ? $"\n… {result.Choices.Count - MostChoices} more" : "";
            screen.Print(Rendering.InColumns(labels, width()) + more);
        }
    }
}
