using System.Globalization;
using System.Text.Json;
using Pve.Qmp;

namespace Pve.Integration.Tests.Simulation;

/// <summary>A conversation with up to two QEMUs, read from a file of lines, and what they answered.</summary>
/// <remarks>
/// The lines, each about a VM by its name:
/// <code>
/// image NAME 4M [full]                    a file of that size, zeros unless full
/// folder NAME                             a folder with nothing in it
/// keys NAME                               a folder with a folder of TLS keys for each side, source and target
/// start VM [paused] [incoming] [disk=NODE:IMAGE[:unreadable]] [device=DRIVER]
/// VM > COMMAND {ARGUMENTS} | a b          asks; what follows the bar are the members of the answer that count
/// VM oob> COMMAND {ARGUMENTS}             asks out of band
/// VM hears EVENT member=value             waits until it has been said
/// VM until COMMAND member=value           asks until it is so
/// VM exits                                waits for its end, and tells the exit code
/// VM quits                                tells it to, and does the same; the answer does not always get out, SHUTDOWN does
/// VM killed | frozen | thawed             SIGKILL, SIGSTOP, SIGCONT
/// waits SECONDS                           for what shall not happen
/// ignore EVENT member=value               leaves out what comes in some runs only
/// alike TEXT | TEXT                       takes what an answer has of the first for the second, where it is chance which of them it is
/// </code>
/// The answers are compared in their order, and each VM's events in theirs; not the one with the other, since an answer and an event of something
/// that goes on in the background come in any order.
/// </remarks>
internal sealed class Conversation(ITalkWorld world, CancellationToken cancellationToken)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly Dictionary<string, TalkPartner> _partners = new(StringComparer.Ordinal);
    private readonly List<string> _answers = [];

    // How many passes it takes depends on the guest and on the machine, and QEMU lets a ready job rest whenever it drains its block layer.
    private readonly List<(string Name, string[] Conditions)> _ignored =
        [("MIGRATION_PASS", []), ("JOB_STATUS_CHANGE", ["status=standby"]), ("JOB_STATUS_CHANGE", ["status=ready"])];

    private readonly List<(string Text, string As)> _alike = [];

    public static async Task<string> HoldAsync(ITalkWorld world, IEnumerable<string> lines, CancellationToken cancellationToken)
    {
        var conversation = new Conversation(world, cancellationToken);
        try
        {
            foreach (var line in lines.Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'))
            {
                await conversation.DoAsync(line);
            }

            return await conversation.TellAsync();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return $"{await conversation.TellAsync()}\n{e.Message}";
        }
        finally
        {
            conversation._partners.Values.ToList().ForEach(partner => partner.Dispose());
        }
    }

    private async Task DoAsync(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (words[0])
        {
            case "image":
                world.CreateImage(words[1], long.Parse(words[2].TrimEnd('M'), CultureInfo.InvariantCulture) << 20, words.Contains("full"));
                return;
            case "folder":
                world.CreateFolder(words[1]);
                return;
            case "keys":
                world.CreateKeys(words[1]);
                return;
            case "start":
                var started = await world.StartAsync(words[1], words[2..]);
                var (version, capabilities) = (started.Client.Greeting.Version.Qemu, string.Join(',', started.Client.Greeting.Capabilities));
                _answers.Add($"{words[1]} greets as {version} with {capabilities}, oob {started.Client.IsOutOfBandEnabled}");
                _partners.Add(words[1], new TalkPartner(started, world.Directory, _ignored));
                return;
            case "waits":
                await Task.Delay(TimeSpan.FromSeconds(double.Parse(words[1], CultureInfo.InvariantCulture)), world.Time, cancellationToken);
                return;
            case "ignore":
                _ignored.Add((words[1], words[2..]));
                return;
            case "alike":
                _alike.Add(line["alike ".Length..].Split(" | ") is [var text, var other] ? (text, other) : throw new FormatException($"'{line}' names no two texts."));
                return;
        }

        var partner = _partners[words[0]];
        switch (words[1])
        {
            case ">" or "oob>":
                _answers.Add($"{line} -> {await AskAsync(partner, line.Split(' ', 3)[2], words[1] == "oob>")}");
                return;
            case "hears":
                await WithinPatienceAsync(line, token => partner.HearAsync(words[2], words[3..], token));
                return;
            case "until":
                await WithinPatienceAsync(line, token => UntilAsync(partner, words[2], words[3], token));
                return;
            case "quits":
                await QuitAsync(partner);
                goto case "exits";
            case "exits":
                await WithinPatienceAsync(line, async token => _answers.Add($"{line} -> {await partner.Vm.Exited.WaitAsync(token)}"));
                return;
            case "killed":
                partner.Vm.Kill();
                await WithinPatienceAsync(line, partner.Vm.Exited.WaitAsync);
                return;
            case "frozen":
                partner.Vm.Freeze();
                return;
            case "thawed":
                partner.Vm.Thaw();
                return;
            default:
                throw new FormatException($"'{line}' is no line of a conversation.");
        }
    }

    private async Task<string> AskAsync(TalkPartner partner, string request, bool outOfBand)
    {
        var (asked, members) = request.Split(" | ") is [var before, var after] ? (before.Trim(), after.Split(' ', StringSplitOptions.RemoveEmptyEntries)) : (request, null);
        var (command, arguments) = asked.Split(' ', 2) is [var name, var text] ? (name, text) : (asked, "{}");
        try
        {
            var answer = await partner.Vm.Client.ExecuteAsync(
                command, JsonElement.Parse(arguments.Replace("$D", world.Directory, StringComparison.Ordinal)),
                new QmpCallOptions { OutOfBand = outOfBand }, cancellationToken);
            return Plain(TalkText.Sorted(answer, members));
        }
        catch (QmpCommandException e)
        {
            // which of the two locks is missed depends on how far the other process is; nobody tells them apart
            return Plain(TalkText.WithoutGivenNames($"{e.ErrorClass}: {e.Description}"))
                .Replace("get shared \"write\" lock", "get \"write\" lock", StringComparison.Ordinal);
        }
    }

    private string Plain(string answer) => _alike.Aggregate(
        answer.Replace(world.Directory, "$D", StringComparison.Ordinal), (text, pair) => text.Replace(pair.Text, pair.As, StringComparison.Ordinal));

    private async Task QuitAsync(TalkPartner partner)
    {
        try
        {
            await partner.Vm.Client.ExecuteAsync("quit", cancellationToken: cancellationToken);
        }
        catch (QmpConnectionException)
        {
            // it was faster than its answer
        }
    }

    private async Task UntilAsync(TalkPartner partner, string command, string condition, CancellationToken token)
    {
        while (!TalkText.Has(await partner.Vm.Client.ExecuteAsync(command, cancellationToken: token), condition))
        {
            await Task.Delay(Pause, world.Time, token);
        }
    }

    private async Task WithinPatienceAsync(string line, Func<CancellationToken, Task> what)
    {
        using var patience = new CancellationTokenSource(world.Patience, world.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await what(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"'{line}' did not come about.");
        }
    }

    private async Task<string> TellAsync()
    {
        var told = new List<string>(_answers);
        foreach (var (name, partner) in _partners)
        {
            await partner.ListenAsync(cancellationToken);
            told.Add($"{name} said:");
            told.AddRange(partner.Said.Select(said => "  " + said));
        }

        return string.Join('\n', told);
    }
}
