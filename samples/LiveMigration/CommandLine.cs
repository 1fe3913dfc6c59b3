using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using LiveMigration.Crashes;
using Pve.Migration;
using Pve.Migration.Testing;

namespace LiveMigration;

/// <summary>The options, and what they mean together.</summary>
internal static class CommandLine
{
    private static readonly Option<int> Runs = Number("--runs", "how many migrations, back and forth", 1, 1, 100_000);
    private static readonly Option<int> Ram = Number("--ram", "the guest's RAM in MiB", 256, 8, 65_536);
    private static readonly Option<int> Dirty = Number("--dirty", "how many MiB of it the guest rewrites every second", 16, 0, BootSectorGuest.MaxSpanMiB);
    private static readonly Option<int[]> Disk = Sizes("--disk", "a disk of the guest that both hosts do not share, in MiB; up to four of them", 1, 1_048_576);
    private static readonly Option<string> Tunnel = OneOf("--tunnel", "the dialect of the target's end of the tunnel", "v1", "v0", "v2");
    private static readonly Option<string> Polling = OneOf("--polling", "when query-migrate is asked: 2 s then 300 ms, 1 s then 100 ms, or by events", "events", "before", "reduced");
    private static readonly Option<string> Target = OneOf("--target", "how the target is told to resume", "tunnel", "ssh-commands", "local");
    private static readonly Option<int> Bandwidth = Number("--bandwidth", "how many MiB a second the copy may take; 0 is no limit", 0, 0, 1_048_576);
    private static readonly Option<int?> GoalPause = Limit("--goal-pause", "MS", "the longest pause that is wanted, in milliseconds", 1, 2_000_000);
    private static readonly Option<int?> GoalTime = Limit("--goal-time", "S", "until when that must have been possible, in seconds; 60 unless given", 1, 1_000_000);
    private static readonly Option<string?> Else = Choice("--else", "what is done where the goal is not kept: undo the migration, pause the guest as long as it takes, or let it go ahead of its RAM; abort unless given", "abort", "pause", "postcopy");
    private static readonly Option<bool> PostCopy = new("--postcopy") { Description = "let the guest go ahead of its RAM as soon as the copy has begun" };
    private static readonly Option<bool> Hold = new("--hold") { Description = "copy, but do not pause the guest before Enter or SIGUSR1" };
    private static readonly Option<bool> Replicated = new("--replicated") { Description = "let the target have the disks as they were a moment before, so that only what was written since travels" };
    private static readonly Option<bool> Tls = new("--tls") { Description = "let QEMU encrypt RAM and disks, with certificates that are made for it" };
    private static readonly Option<int?> Multifd = Limit("--multifd", "N", "over how many connections beside the first one the RAM goes", 1, 255);
    private static readonly Option<bool> Xbzrle = new("--xbzrle") { Description = "of a page that was sent before send only the difference" };
    private static readonly Option<string?> Ssh = Text("--ssh", "HOST", "carry tunnel and RAM over ssh; HOST must lead back to this machine, where the sample boots both QEMUs");
    private static readonly Option<string?> SshConfig = Text("--ssh-config", "FILE", "ssh's own configuration file, for port, key and known hosts");
    private static readonly Option<string?> Mtunnel = Text("--mtunnel", "PATH", "the mtunnel that ssh starts; the one built with this sample unless given");
    private static readonly Option<string?> Qemu = Text("--qemu", "PATH", "the source's QEMU");
    private static readonly Option<string?> TargetQemu = Text("--target-qemu", "PATH", "the target's QEMU");
    private static readonly Option<bool> Simulate = new("--simulate") { Description = "use a simulated pair, without any QEMU" };
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "start a target and say what stands in the way of a migration, without one" };
    private static readonly Option<string?> Journal = Text("--journal", "FILE", "note every intention there before the act, for --recover");
    private static readonly Option<ChaosPoint?> Chaos = new("--chaos") { Description = "let a fault strike at a step, such as resume:kill-target or copy-ram:crash", HelpName = "STEP:FAULT", CustomParser = ReadChaos };
    private static readonly Option<string?> Recover = Text("--recover", "JOURNAL", "end the migration that a crash interrupted, say where its guest is, and end both QEMUs");
    private static readonly Option<string?> Json = Text("--json", "FILE", "write one object for each run");

    private const int MostDisks = 4;

    // Ctrl-C undoes a migration, and that takes what it takes.
    private static readonly TimeSpan TimeToRollBack = TimeSpan.FromMinutes(3);

    public static async Task<int> RunAsync(string[] args, Func<JobOptions, CancellationToken, Task<int>> job)
    {
        var root = new RootCommand("Boots a guest, migrates it live, and says where every millisecond of its pause went.")
        {
            Runs, Ram, Dirty, Disk, Bandwidth, GoalPause, GoalTime, Else, PostCopy, Hold, Replicated, Tls, Multifd, Xbzrle, Tunnel, Polling, Target, Ssh, SshConfig, Mtunnel, Qemu, TargetQemu, Simulate, DryRun, Journal, Chaos, Recover, Json,
        };
        root.SetAction(async (result, token) =>
        {
            var options = Read(result);
            return Contradiction(options) is { } problem ? Complain(problem) : await job(options, token);
        });
        var parsed = root.Parse(args);
        var error = parsed.Errors is [var first, ..] ? first.Message.ReplaceLineEndings(" ") : null;
        return (WithoutValue(parsed) ?? error) is { } wrong
            ? Complain(wrong)
            : await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeToRollBack });
    }

    // An option without its value takes the next option for it, and what is complained about then is far from what is wrong.
    private static string? WithoutValue(ParseResult parsed) => parsed.RootCommandResult.Children.OfType<OptionResult>()
        .Where(result => result.Tokens is [var first, ..] && parsed.RootCommandResult.Command.Options.Any(option => option.Name == first.Value))
        .Select(result => $"{result.Option.Name} has no value before {result.Tokens[0].Value}.")
        .FirstOrDefault();

    private static JobOptions Read(ParseResult result) => new()
    {
        Runs = result.GetValue(Runs),
        RamMiB = result.GetValue(Ram),
        DirtyMiB = result.GetValue(Dirty),
        DisksMiB = result.GetValue(Disk) ?? [],
        Dialect = result.GetValue(Tunnel) switch { "v0" => MtunnelDialect.V0, "v1" => MtunnelDialect.V1, _ => MtunnelDialect.V2 },
        Polling = result.GetValue(Polling) switch
        {
            "before" => PollingStrategy.Pve2017Before,
            "reduced" => PollingStrategy.Pve2017,
            _ => PollingStrategy.EventDriven,
        },
        Target = result.GetValue(Target) switch
        {
            "ssh-commands" => TargetKind.SshCommands,
            "local" => TargetKind.Local,
            _ => TargetKind.Tunnel,
        },
        BandwidthMiB = result.GetValue(Bandwidth),
        GoalPauseMs = result.GetValue(GoalPause),
        GoalTimeS = result.GetValue(GoalTime),
        Else = result.GetValue(Else) switch
        {
            "abort" => GoalFallback.Abort,
            "pause" => GoalFallback.Pause,
            "postcopy" => GoalFallback.PostCopy,
            _ => null,
        },
        PostCopy = result.GetValue(PostCopy),
        Hold = result.GetValue(Hold),
        Replicated = result.GetValue(Replicated),
        Tls = result.GetValue(Tls),
        Multifd = result.GetValue(Multifd),
        Xbzrle = result.GetValue(Xbzrle),
        SshHost = result.GetValue(Ssh),
        SshConfig = result.GetValue(SshConfig),
        Mtunnel = result.GetValue(Mtunnel),
        Qemu = result.GetValue(Qemu),
        TargetQemu = result.GetValue(TargetQemu),
        Simulate = result.GetValue(Simulate),
        DryRun = result.GetValue(DryRun),
        Journal = result.GetValue(Journal),
        Chaos = result.GetValue(Chaos),
        Recover = result.GetValue(Recover),
        JsonFile = result.GetValue(Json),
    };

    private static string? Contradiction(JobOptions options)
    {
        var guest = new BootSectorGuest(options.DirtyMiB);
        return options switch
        {
            _ when options.RamMiB < guest.MinimumMemoryMiB
                => $"--dirty {options.DirtyMiB} needs at least --ram {guest.MinimumMemoryMiB}.",
            { DisksMiB.Count: > MostDisks } => $"--disk can be given {MostDisks} times, not {options.DisksMiB.Count}.",
            { Simulate: true, DisksMiB.Count: > 0 } => "--simulate has no disks; leave --disk out.",
            { Replicated: true, DisksMiB.Count: 0 } => "--replicated is about disks; give it --disk MIB.",
            { Simulate: true, Tls: true } or { Simulate: true, Multifd: not null } or { Simulate: true, Xbzrle: true }
                => "--simulate sends nothing that could be encrypted, spread or compressed; leave --tls, --multifd and --xbzrle out.",
            { Multifd: not null, Xbzrle: true } => "--multifd does not go with --xbzrle: its connections carry whole pages.",
            { Multifd: not null, PostCopy: true } or { Multifd: not null, Else: GoalFallback.PostCopy }
                => "--multifd does not go with post-copy: QEMU does not send the rest of a guest that way.",
            { GoalPauseMs: null, GoalTimeS: not null } or { GoalPauseMs: null, Else: not null } => "--goal-time and --else go with --goal-pause MS.",
            { DisksMiB.Count: > 0, PostCopy: true } or { DisksMiB.Count: > 0, Else: GoalFallback.PostCopy } => "--disk does not go with post-copy: a guest ahead of its RAM cannot wait for its disks.",
            { Hold: true, PostCopy: true } or { Hold: true, Else: GoalFallback.PostCopy } => "--hold does not go with post-copy: a held copy stops before the switchover, past which QEMU starts none.",
            { Hold: true, Runs: > 1 } => "--hold holds one migration; leave --runs out.",
            { Goal: { } goal } when goal.Pause > goal.Time => $"--goal-pause {options.GoalPauseMs} is longer than --goal-time allows.",
            { Target: TargetKind.SshCommands, SshHost: null } => "--target ssh-commands needs --ssh HOST.",
            { Target: TargetKind.Local, SshHost: not null } => "--target local uses no ssh; leave --ssh out.",
            { SshHost: null, SshConfig: not null } or { SshHost: null, Mtunnel: not null } => "--ssh-config and --mtunnel go with --ssh HOST.",
            { Simulate: true, SshHost: not null } => "--simulate uses no ssh; leave --ssh out.",
            { Simulate: true, Qemu: not null } or { Simulate: true, TargetQemu: not null } => "--simulate uses no QEMU; leave --qemu and --target-qemu out.",
            { Simulate: true, Journal: not null } or { Simulate: true, Chaos: not null } => "--journal and --chaos need a real pair; leave --simulate out.",
            { Journal: not null, Runs: > 1 } or { Chaos: not null, Runs: > 1 } => "--journal and --chaos are for one migration; leave --runs out.",
            { Chaos.Fault: ChaosFault.Crash, Tls: true } => "--tls does not go with --chaos STEP:crash: nobody would remove its keys.",
            { Chaos.Fault: ChaosFault.Crash, Journal: null } => "--chaos STEP:crash needs --journal FILE, or nobody could recover it.",
            { Chaos.Step: var step, DisksMiB.Count: 0 } when ChaosPoint.IsOfDisks(step) => $"--chaos {step.Replace(' ', '-')}: there is no such step without --disk.",
            { Recover: { } journal } when !File.Exists(journal) => $"--recover {journal}: no such file.",
            { DryRun: true, Runs: > 1 } => "--dry-run looks once; leave --runs out.",
            { SshConfig: { } file } when !File.Exists(file) => $"--ssh-config {file}: no such file.",
            _ => Unfit(options),
        };
    }

    // What only trying tells, and what must not show after the migration.
    private static string? Unfit(JobOptions options)
    {
        try
        {
            if (options.SshHost is not null)
            {
                _ = new SshCommandRunner(options.Ssh);
            }

            if (options.JsonFile is not null)
            {
                File.WriteAllText(options.JsonFile, "[]");
            }

            return null;
        }
        catch (ArgumentException e) when (options.SshHost is not null && e.ParamName == nameof(SshTransportOptions.Host))
        {
            return $"--ssh {options.SshHost}: that is no host's name.";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return $"--json {options.JsonFile}: {e.Message}";
        }
    }

    private static int Complain(string problem)
    {
        Console.Error.WriteLine($"livemigration: {problem} See --help.");
        return 2;
    }

    private static Option<int> Number(string name, string description, int preset, int least, int most) => new(name)
    {
        Description = $"{description} ({least} to {most})",
        HelpName = name == "--runs" ? "N" : "MIB",
        DefaultValueFactory = _ => preset,
        CustomParser = result => Size(result, name, result.Tokens[0].Value, least, most),
    };

    private static Option<int?> Limit(string name, string helpName, string description, int least, int most) => new(name)
    {
        Description = $"{description} ({least} to {most})",
        HelpName = helpName,
        CustomParser = result => Size(result, name, result.Tokens[0].Value, least, most),
    };

    private static ChaosPoint? ReadChaos(ArgumentResult result)
    {
        try
        {
            return ChaosPoint.Parse(result.Tokens[0].Value);
        }
        catch (FormatException e)
        {
            result.AddError(e.Message);
            return null;
        }
    }

    private static Option<int[]> Sizes(string name, string description, int least, int most) => new(name)
    {
        Description = $"{description} ({least} to {most})",
        HelpName = "MIB",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = result => [.. result.Tokens.Select(token => Size(result, name, token.Value, least, most))],
    };

    private static int Size(ArgumentResult result, string name, string text, int least, int most)
    {
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value < least || value > most)
        {
            result.AddError($"{name} takes {least} to {most}, not '{text}'.");
        }

        return value;
    }

    private static Option<string> OneOf(string name, string description, string preset, params string[] others)
    {
        string[] all = [preset, .. others];
        var option = new Option<string>(name)
        {
            Description = description,
            HelpName = string.Join('|', all),
            DefaultValueFactory = _ => preset,
            CustomParser = result => Chosen(result, name, all),
        };
        option.CompletionSources.Add(all);
        return option;
    }

    private static Option<string?> Choice(string name, string description, params string[] all)
    {
        var option = new Option<string?>(name)
        {
            Description = description,
            HelpName = string.Join('|', all),
            CustomParser = result => Chosen(result, name, all),
        };
        option.CompletionSources.Add(all);
        return option;
    }

    private static string Chosen(ArgumentResult result, string name, string[] all)
    {
        var text = result.Tokens[0].Value;
        if (!all.Contains(text))
        {
            result.AddError($"{name} takes {string.Join(", ", all[..^1])} or {all[^1]}, not '{text}'.");
        }

        return text;
    }

    private static Option<string?> Text(string name, string helpName, string description)
        => new(name) { Description = description, HelpName = helpName };
}
