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
    var settings = defaults with { ConnectTimeout = options.Timeout ?? defaults.ConnectTimeout, Recorder = recorder };
    if (options.ReplayFile is not { } file)
    {
        await using var client = await QmpClient.ConnectAsync(options.Endpoint!, settings, cancellationToken);
        return await UseAsync(client, line, options, cancellationToken);
    }

    await using var replay = await Recording.ReplayAsync(file, cancellationToken);
    try
    {
        await using var client = await QmpClient.ConnectAsync(replay.Connection, $"the replay of {file}", settings, cancellationToken);
        return await UseAsync(client, line, options, cancellationToken);
    }
    catch (QmpConnectionException) when (replay.Completion is { IsFaulted: true, Exception.InnerException: { } reason })
    {
        throw new LineException($"replay:{file}: {reason.Message.TrimEnd('.')}");
    }
}

static async Task<int> UseAsync(QmpClient client, ShellLine? line, ShellOptions options, CancellationToken cancellationToken)
{
    if (options.DiffWith is { } other)
    {
        await using var second = await QmpClient.ConnectAsync(other, cancellationToken: cancellationToken);
        return await PrintAsync(SchemaDiff.Compare(await client.GetSchemaAsync(cancellationToken), await second.GetSchemaAsync(cancellationToken)));
    }

    return line is null && options.Watch is null && !Console.IsInputRedirected && Ansi.IsTerminal
        ? await RunShellAsync(client, options, cancellationToken)
        : await RunBatchAsync(client, line, options, cancellationToken);
}

static async Task<int> PrintAsync(IEnumerable<string> lines)
{
    await using var output = Standard.OpenOutput();
    foreach (var line in lines)
    {
        await output.WriteLineAsync(line);
    }

    return ExitCode.Done;
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
