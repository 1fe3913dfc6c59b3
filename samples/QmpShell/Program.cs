using Pve.Qmp;
using QmpShell;
using QmpShell.Batch;
using QmpShell.Language;
using QmpShell.Output;

return await CommandLine.RunAsync(args, RunAsync);

static async Task<int> RunAsync(ShellOptions options, CancellationToken cancellationToken)
{
    try
    {
        var line = options.Hmp is { } text ? new HmpLine(text) : options.Command.Length > 0 ? LineParser.Parse(options.Command) : null;
        var defaults = new QmpClientOptions();
        await using var client = await QmpClient.ConnectAsync(
            options.Endpoint, defaults with { ConnectTimeout = options.Timeout ?? defaults.ConnectTimeout }, cancellationToken);
        return await RunBatchAsync(client, line, options, cancellationToken);
    }
    catch (Exception e) when (e is LineException or QmpException)
    {
        return await Complaint.SayAsync(Console.Error, e);
    }
    catch (OperationCanceledException)
    {
        return ExitCode.Interrupted;
    }
    catch (IOException)
    {
        return ExitCode.Failed; // nobody reads our output any more
    }
}

static async Task<int> RunBatchAsync(QmpClient client, ShellLine? line, ShellOptions options, CancellationToken cancellationToken)
{
    await using var output = Standard.OpenOutput();
    var executor = new Executor(client, options.OutOfBand, options.Timeout);
    var answers = new AnswerText(options.Format, Palette.None);
    if (line is null && options.Watch is null)
    {
        return await new Script(executor, answers, output, Console.Error)
            .RunAsync(Standard.ReadLinesAsync(cancellationToken), options.KeepGoing, cancellationToken);
    }

    using var watch = options.Watch is { } events ? new Watch(client, events, output, Console.Error) : null;
    if (line is not null)
    {
        await answers.WriteAsync(output, await executor.ExecuteAsync(line, cancellationToken));
    }

    return watch is null ? ExitCode.Done : await watch.RunAsync(options.Count, options.Timeout, TimeProvider.System, cancellationToken);
}
