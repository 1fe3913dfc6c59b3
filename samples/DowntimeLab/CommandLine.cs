using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using DowntimeLab.Real;
using DowntimeLab.Simulated;
using Pve.Migration.Testing;

namespace DowntimeLab;

/// <summary>The options, and what they mean together.</summary>
internal static class CommandLine
{
    private static readonly Option<int> Repetitions = Number("--repetitions", "how often each combination is migrated", 5, 1, 10_000);
    private static readonly Option<int> Seed = Number("--seed", "decides where in the interval the samples lie", 2017, 0, int.MaxValue);
    private static readonly Option<string[]> Only = new("--only")
    {
        Description = "measure only this way: SOURCE-TARGET/POLLING, such as new-new/events; may be given more than once",
        HelpName = "WAY",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<int[]> Ram = new("--ram")
    {
        Description = "the guest's RAM in GiB, one or more sizes (1 to 64)",
        HelpName = "GIB",
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result => [.. result.Tokens.Select(token =>
        {
            if (!int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value is < 1 or > 64)
            {
                result.AddError($"--ram takes 1 to 64, not '{token.Value}'.");
            }

            return value;
        })],
    };

    private static readonly Option<string?> Csv = Text("--csv", "write a line for each combination");
    private static readonly Option<string?> Json = Text("--json", "write a list of objects, one for each combination");
    private static readonly Option<string?> Html = Text("--html", "write one page with plots, which needs nothing else");

    private static readonly Option<int> Rate = Number("--rate", "what the link between the namespaces carries, in Mbit/s", 1000, 10, 100_000, "MBIT");
    private static readonly Option<int> Touched = Number("--touched", "how many MiB of each GiB of RAM the guest has written to; the rest is zero", 4, 1, 200, "MIB");
    private static readonly Option<int> CommandCost = Number(
        "--command-cost", "a stand-in for the start of Perl in each command of the old way, in milliseconds", 0, 0, 10_000, "MS");

    private static readonly Option<string?> Qemu = Text("--qemu", "the QEMU of both sides");
    private static readonly Option<string?> Mtunnel = Text("--mtunnel", "the mtunnel that ssh starts; the one built with this sample unless given");

    public static async Task<int> RunAsync(string[] args)
    {
        var simulate = new Command("simulate", "the whole matrix on a virtual cluster, in virtual time") { Repetitions, Seed, Only, Ram, Csv, Json, Html };
        simulate.SetAction((result, token) => MeasureAsync(Read(result), () => new SimulatedLab(), token));
        var run = new Command("run", "the same on real QEMUs in two network namespaces, over ssh; needs root")
        {
            Repetitions, Seed, Only, Ram, Rate, Touched, CommandCost, Qemu, Mtunnel, Csv, Json, Html,
        };
        run.SetAction((result, token) => TooMuch(result) is { } problem ? Task.FromResult(Complain(problem)) : MeasureAsync(Read(result), () => new RealLab(ReadReal(result)), token));
        var root = new RootCommand("Measures again what Proxmox VE's series of 2017 measured: how long a guest is paused by a live migration.") { simulate, run };
        var parsed = root.Parse(args);
        return parsed.Errors is [var first, ..]
            ? Complain(first.Message.ReplaceLineEndings(" "))
            : await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(2) });
    }

    private static Task<int> MeasureAsync(LabOptions options, Func<ILab> lab, CancellationToken cancellationToken)
        => options.Problem() is { } problem ? Task.FromResult(Complain(problem)) : Session.RunAsync(lab(), options, Console.Error, cancellationToken);

    private static LabOptions Read(ParseResult result) => new()
    {
        Repetitions = result.GetValue(Repetitions),
        Seed = result.GetValue(Seed),
        RamGiB = result.GetValue(Ram) is { Length: > 0 } ram ? [.. ram.Distinct()] : [2, 8],
        Only = result.GetValue(Only) ?? [],
        Csv = result.GetValue(Csv),
        Json = result.GetValue(Json),
        Html = result.GetValue(Html),
    };

    private static RealOptions ReadReal(ParseResult result) => new()
    {
        Megabits = result.GetValue(Rate),
        TouchedMiB = result.GetValue(Touched),
        CommandCostMs = result.GetValue(CommandCost),
        Qemu = result.GetValue(Qemu),
        Mtunnel = result.GetValue(Mtunnel),
    };

    // The guest's span is in one piece, and a PC has not more of that.
    private static string? TooMuch(ParseResult result)
    {
        var touched = Read(result).RamGiB.Max() * result.GetValue(Touched);
        return touched > BootSectorGuest.MaxSpanMiB ? $"--touched {result.GetValue(Touched)} with --ram {Read(result).RamGiB.Max()} is {touched} MiB; the guest can touch {BootSectorGuest.MaxSpanMiB}." : null;
    }

    private static int Complain(string problem)
    {
        Console.Error.WriteLine($"downtimelab: {problem} See --help.");
        return 2;
    }

    private static Option<int> Number(string name, string description, int preset, int least, int most, string helpName = "N") => new(name)
    {
        Description = $"{description} ({least} to {most})",
        HelpName = helpName,
        DefaultValueFactory = _ => preset,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value < least || value > most)
            {
                result.AddError($"{name} takes {least} to {most}, not '{text}'.");
            }

            return value;
        },
    };

    private static Option<string?> Text(string name, string description) => new(name) { Description = description, HelpName = "FILE" };
}
