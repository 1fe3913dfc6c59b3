using System.Threading.Channels;
using Pve.Qmp;
using QmpShell.Completion;
using QmpShell.Editing;
using QmpShell.Language;
using QmpShell.Output;
using QmpShell.Terminal;

namespace QmpShell.Interactive;

/// <summary>The shell for a person: lines are executed, events and run state are shown meanwhile.</summary>
internal sealed class InteractiveShell
{
    private readonly QmpClient _client;
    private readonly Executor _executor;
    private readonly Palette _palette;
    private readonly Screen _screen;
    private readonly KeyQueue _keys;
    private readonly Func<int> _width;
    private readonly ShellPrompt _prompt;
    private readonly RunStateWatch _runState;
    private readonly HistoryFile _file = new(HistoryFile.DefaultPath);
    private bool _keepsHistory = true;

    public InteractiveShell(QmpClient client, Executor executor, Palette palette, TextWriter terminal, KeyQueue keys, Func<int> width)
    {
        (_client, _executor, _palette, _keys, _width) = (client, executor, palette, keys, width);
        _prompt = new ShellPrompt(palette);
        _screen = new Screen(terminal, width, () => _prompt.Usual);
        _runState = new RunStateWatch(client, ShowRunState);
    }

    /// <summary>Runs until the user leaves; returns the exit code.</summary>
    /// <exception cref="QmpException">The connection is lost.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var events = _client.Subscribe();
        var ticker = new EventTicker(events, _screen, _palette);
        Greet();
        var history = LoadHistory();
        var input = new LineInput(_keys, _screen, _prompt, history, _width);
        _runState.Ask();
        var meanwhile = Task.WhenAll(ticker.RunAsync(_runState.AskAfter), _runState.RunAsync(ending.Token), EndWithConnectionAsync(ending));
        try
        {
            while (await input.ReadAsync(FindCompleterAsync, ending.Token) is { } text)
            {
                Remember(history, text);
                if (await ExecuteAsync(text, ticker, ending.Token))
                {
                    break;
                }
            }

            return ExitCode.Done;
        }
        catch (ChannelClosedException)
        {
            return ExitCode.Done; // the terminal has gone
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw await _client.Ended ?? (Exception)new OperationCanceledException();
        }
        finally
        {
            _screen.Leave();
            await ending.CancelAsync();
            events.Dispose();
            await meanwhile;
        }
    }

    private void Greet()
    {
        var version = _client.Greeting.Version;
        var package = version.Package.Length > 0 ? $" ({PlainText.OneLine(version.Package)})" : "";
        _screen.Print($"QEMU {version.Qemu}{package} at {_client.Name}\n{_palette.Faint}help says what can be typed, Ctrl-D leaves.{_palette.Off}");
    }

    private async Task EndWithConnectionAsync(CancellationTokenSource ending)
    {
        var left = new TaskCompletionSource();
        using var leaving = ending.Token.Register(left.SetResult);
        await Task.WhenAny(_client.Ended, left.Task);
        await ending.CancelAsync();
    }

    // True where the line leaves the shell.
    private async Task<bool> ExecuteAsync(string text, EventTicker ticker, CancellationToken cancellationToken)
    {
        try
        {
            switch (LineParser.Parse(text))
            {
                case null:
                    return false;
                case ExitLine:
                    return true;
                case var line:
                    var answer = await WaitAsync(line, cancellationToken);
                    ticker.PrintWaiting(_runState.AskAfter);
                    if (answer.Length > 0)
                    {
                        _screen.Print(answer);
                    }

                    _runState.Ask();
                    return line is QmpLine { Command: "quit" } && await IsGoneAsync();
            }
        }
        catch (Exception e) when (e is LineException or QmpException { ConnectionUsable: true })
        {
            Say(e);
            return false;
        }
    }

    private async Task<string> WaitAsync(ShellLine line, CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var answering = _executor.ExecuteAsync(line, waiting.Token);
        var interrupted = _keys.WaitForInterruptAsync(waiting.Token);
        var isInterrupted = await Task.WhenAny(answering, interrupted) == interrupted && !cancellationToken.IsCancellationRequested;
        try
        {
            if (isInterrupted)
            {
                await waiting.CancelAsync();
            }

            return await answering;
        }
        catch (OperationCanceledException) when (isInterrupted)
        {
            throw new LineException("not waited for any longer; QEMU may still execute it");
        }
        finally
        {
            await waiting.CancelAsync();
            await interrupted.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<Completer?> FindCompleterAsync(CancellationToken cancellationToken)
    {
        try
        {
            return new Completer(await _client.GetSchemaAsync(cancellationToken));
        }
        catch (QmpException e) when (e.ConnectionUsable)
        {
            Say(e);
            return null;
        }
    }

    // QEMU answers quit, and goes; a shell without it is over.
    private async Task<bool> IsGoneAsync()
    {
        await _client.Ended;
        return true;
    }

    private void ShowRunState(string state)
    {
        if (_prompt.State != state)
        {
            _prompt.State = state;
            _screen.Redraw();
        }
    }

    private void Say(Exception e) => _screen.Print($"{_palette.Bad}{Complaint.Of(e)}{_palette.Off}");

    private History LoadHistory()
    {
        try
        {
            return new History(_file.Load());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _screen.Print($"The history is not kept: {Complaint.Of(e)}");
            _keepsHistory = false;
            return new History([]);
        }
    }

    private void Remember(History history, string line)
    {
        if (string.IsNullOrWhiteSpace(line) || !history.Add(line) || !_keepsHistory)
        {
            return;
        }

        try
        {
            _file.Append(line);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _screen.Print($"The history is not kept: {Complaint.Of(e)}");
            _keepsHistory = false;
        }
    }
}
