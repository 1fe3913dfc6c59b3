using System.CommandLine;
using System.Globalization;
using Pve.Qmp;

namespace QmpShell;

/// <summary>The options, and what they mean together.</summary>
internal static class CommandLine
{
    private const string Summary = """
        A shell for QEMU's machine protocol, QMP. With an endpoint alone it is interactive; with a command it executes it, prints the result and ends.

          qmpshell /run/vm/100.qmp
          qmpshell /run/vm/100.qmp query-status
          qmpshell /run/vm/100.qmp blockdev-add driver=qcow2 node-name=d0 file.driver=file file.filename=/d0.img
          qmpshell /run/vm/100.qmp --watch STOP --count 1 stop
          qmpshell tcp:127.0.0.1:4444 --hmp "info status"
          qmpshell /run/vm/100.qmp < script

        Exit codes: 0 done, 1 QEMU refused or did not answer, 2 bad usage or no connection, 130 interrupted.
        """;

    private const string ReplayPrefix = "replay:";

    private static readonly Argument<string?> Endpoint = new("ENDPOINT")
    {
        Description = "the monitor: the path of its socket, unix:PATH, tcp:HOST:PORT or fd:NUMBER; or replay:FILE, a recorded one",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Argument<string[]> Command = new("COMMAND")
    {
        Description = "NAME key=value …, or {\"execute\": …}, or hmp LINE; values are JSON where they parse as JSON, else text",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<string?> Hmp = new("--hmp") { Description = "execute a line of the human monitor", HelpName = "LINE" };
    private static readonly Option<string?> Watch = new("--watch") { Description = "print these events, separated by commas, or all, as lines of JSON until Ctrl-C; a command beside it is executed once nothing can be missed", HelpName = "EVENTS" };
    private static readonly Option<string?> Count = new("--count") { Description = "end after so many events", HelpName = "N" };
    private static readonly Option<bool> Json = new("--json") { Description = "indented JSON, never coloured; the human monitor's text too" };
    private static readonly Option<bool> Compact = new("--compact") { Description = "one line of JSON for each result" };
    private static readonly Option<string?> Patience = new("--timeout") { Description = "how long to wait for the connection, for each reply, and for the events that --count asks for; without it 10 s, 30 s (none in the interactive shell), none", HelpName = "SECONDS" };
    private static readonly Option<bool> KeepGoing = new("--keep-going") { Description = "do not stop a script at its first error" };
    private static readonly Option<bool> OutOfBand = new("--oob") { Description = "overtake the commands that wait in QEMU; few commands allow it" };
    private static readonly Option<string?> Diff = new("--diff") { Description = "list what only one of two QEMUs has: commands, events, their members and values; - the first, + this one", HelpName = "ENDPOINT" };
    private static readonly Option<string?> Record = new("--record") { Description = "record the conversation to a file", HelpName = "FILE" };

    public static async Task<int> RunAsync(string[] args, Func<ShellOptions, CancellationToken, Task<int>> job)
    {
        var root = new RootCommand(Summary) { Endpoint, Command, Hmp, Watch, Count, Json, Compact, Patience, KeepGoing, OutOfBand, Diff, Record };
        root.SetAction((result, token) =>
        {
            try
            {
                return job(Read(result), token);
            }
            catch (Exception e) when (e is FormatException or ArgumentException)
            {
                return ComplainAsync(e.Message);
            }
        });
        // an @ is the beginning of an abstract socket's name here, not of a file of options
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        return parsed.Errors.Count > 0 ? await ComplainAsync(parsed.Errors[0].Message) : await parsed.InvokeAsync();
    }

    private static ShellOptions Read(ParseResult result)
    {
        var endpoint = result.GetValue(Endpoint) ?? throw new FormatException("name the monitor, as in: qmpshell /run/vm/100.qmp");
        var options = new ShellOptions
        {
            Endpoint = endpoint.StartsWith(ReplayPrefix, StringComparison.Ordinal) ? null : ReadEndpoint(endpoint),
            ReplayFile = endpoint.StartsWith(ReplayPrefix, StringComparison.Ordinal) ? endpoint[ReplayPrefix.Length..] : null,
            DiffWith = result.GetValue(Diff) is { } other ? ReadEndpoint(other) : null,
            Command = result.GetValue(Command) ?? [],
            Hmp = result.GetValue(Hmp),
            Watch = ReadEvents(result.GetValue(Watch)),
            Count = ReadCount(result.GetValue(Count)),
            Format = result.GetValue(Compact) ? ResultFormat.Compact : result.GetValue(Json) ? ResultFormat.Json : ResultFormat.Pretty,
            Timeout = ReadTimeout(result.GetValue(Patience)),
            KeepGoing = result.GetValue(KeepGoing),
            OutOfBand = result.GetValue(OutOfBand),
            RecordFile = result.GetValue(Record),
        };
        return Contradiction(options, result) is { } problem ? throw new FormatException(problem) : options;
    }

    private static QmpEndpoint ReadEndpoint(string text) => QmpEndpoint.Parse(File.Exists(text) ? Path.GetFullPath(text) : text);

    private static string? Contradiction(ShellOptions options, ParseResult result) => options switch
    {
        { Command: [['-', ..] option, ..] } => $"there is no option '{option}'",
        { Hmp: not null, Command.Length: > 0 } => "give a command or --hmp, not both",
        { Hmp: "" } => "--hmp needs a line of the human monitor, as in: --hmp \"info status\"",
        { DiffWith: not null } when options.Hmp is not null || options.Command.Length > 0 || options.Watch is not null => "--diff compares, and takes no command beside it",
        { Count: not null, Watch: null } => "--count goes with --watch EVENTS",
        { KeepGoing: true } when options.Hmp is not null || options.Command.Length > 0 || options.Watch is not null => "--keep-going is for a script on standard input; leave it out",
        { RecordFile: { } file } when !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(file))) => $"--record {file}: no such directory",
        _ when result.GetValue(Json) && result.GetValue(Compact) => "give --json or --compact, not both",
        _ => null,
    };

    private static string[]? ReadEvents(string? text)
    {
        if (text is null or "all")
        {
            return text is null ? null : [];
        }

        var names = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return names.Length > 0 ? names : throw new FormatException("--watch needs events, as in --watch STOP,RESUME, or all");
    }

    private static int? ReadCount(string? text)
        => text is null ? null
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? count
            : throw new FormatException($"--count takes a number from 1, not '{text}'");

    private static TimeSpan? ReadTimeout(string? text)
        => text is null ? null
            : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0.001 and <= 1_000_000
                ? TimeSpan.FromSeconds(seconds)
                : throw new FormatException($"--timeout takes seconds from 0.001 to 1000000, not '{text}'");

    private static Task<int> ComplainAsync(string problem)
        => Complaint.SayAsync(Console.Error, $"{problem.ReplaceLineEndings(" ").TrimEnd('.')}. See qmpshell --help.", ExitCode.NoUse);
}
