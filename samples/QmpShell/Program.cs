using Pve.Qmp;
using QmpShell;
using QmpShell.Batch;
using QmpShell.Interactive;
using QmpShell.Language;
using QmpShell.Output;
using QmpShell.Terminal;

return await CommandLine.RunAsync(args, RunAsync);

static async Task<int> RunAsync(ShellOptions options, CancellationToken cancellationToken)
{
    try
    {
        var line = ReadLine(options);
        if (options.RecordFile is not { } file)
        {
            return await ConverseAsync(options, line, recorder: null, cancellationToken);
        }

        await using var recording = Recording.Open(file);
        var code = await ConverseAsync(options, line, recording.Recorder, cancellationToken);
        return Math.Max(code, await recording.CloseAsync(Console.Error));
    }
    catch (Exception e) when (e is LineException or QmpException)
    {
        return await Complaint.SayAsync(Console.Error, e);
    }
    catch (OperationCanceledException)
    {
        return ExitCode.Interrupted;
    }
    catch (Exception e) when (e is IOException or UnauthorizedAccessException)
    {
        return Standard.IsUnread(e) ? ExitCode.Failed : await Complaint.SayAsync(Console.Error, $"the output cannot be written: {Complaint.Of(e)}", ExitCode.Failed);
    }
}

static ShellLine? ReadLine(ShellOptions options) => options switch
{
    { Hmp: { } text } => new HmpLine(text),
    { Command.Length: > 0 } => LineParser.Parse(options.Command) ?? throw new LineException("the command is empty; name one, as in: query-status"),
    _ => null,
};

static async Task<int> ConverseAsync(ShellOptions options, ShellLine? line, QmpRecorder? recorder, CancellationToken cancellationToken)
{
    var defaults = new QmpClientOptions();
    await using var client = await QmpClient.ConnectAsync(
        options.Endpoint, defaults with { ConnectTimeout = options.Timeout ?? defaults.ConnectTimeout, Recorder = recorder }, cancellationToken);
    return line is null && options.Watch is null && !Console.IsInputRedirected && Ansi.IsTerminal
        ? await RunShellAsync(client, options, cancellationToken)
        : await RunBatchAsync(client, line, options, cancellationToken);
}

static Task<int> RunShellAsync(QmpClient client, ShellOptions options, CancellationToken cancellationToken)
{
    var patient = options with { Timeout = options.Timeout ?? Timeout.InfiniteTimeSpan }; // Ctrl-C is at hand
    var executor = new Executor(client, patient, Ansi.Palette, Ansi.Width);
    return new InteractiveShell(client, executor, Ansi.Palette, Console.Out, KeyQueue.OfConsole(), Ansi.Width).RunAsync(cancellationToken);
}

static async Task<int> RunBatchAsync(QmpClient client, ShellLine? line, ShellOptions options, CancellationToken cancellationToken)
{
    await using var output = Standard.OpenOutput();
    var executor = new Executor(client, options, Ansi.Palette, Ansi.Width);
    if (line is null && options.Watch is null)
    {
        var lines = Standard.ReadLinesAsync(cancellationToken);
        return await new Script(executor, output, Console.Error).RunAsync(lines, options.KeepGoing, cancellationToken);
    }

    using var watch = options.Watch is { } events ? await Watch.OpenAsync(client, events, output, Console.Error, cancellationToken) : null;
    if (line is not null && await executor.ExecuteAsync(line, cancellationToken) is { Length: > 0 } answer)
    {
        await output.WriteLineAsync(answer);
    }

    return watch is null ? ExitCode.Done : await watch.RunAsync(options.Count, options.Timeout, TimeProvider.System, cancellationToken);
}
