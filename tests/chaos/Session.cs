using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Pve.Chaos.Scenarios;
using Pve.Chaos.Verdict;
using Pve.Integration.Tests.Ssh;

namespace Pve.Chaos;

/// <summary>All runs that were asked for, and what they came to.</summary>
internal static class Session
{
    public static async Task<int> RunAsync(ChaosOptions options, CancellationToken cancellationToken)
    {
        if (!LoopbackSshd.IsAvailable)
        {
            await Console.Error.WriteLineAsync($"chaos: it starts an sshd of its own: that needs {LoopbackSshd.Program}, and root.");
            return 2;
        }

        var folder = Directory.CreateTempSubdirectory("pve-chaos-").FullName;
        await using var sshd = new LoopbackSshd(
            folder, $"DOTNET_ROOT={Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."))}");
        await sshd.StartAsync();
        var run = new ChaosRun(sshd, await sshd.WriteClientConfigAsync(), options.Mtunnel ?? Path.Combine(AppContext.BaseDirectory, "mtunnel"));
        var scenarios = options.Only.From(Deck.Deal(options.Seed), options.Runs);
        var results = new List<Result>();
        var (gate, parallel) = (new Lock(), new ParallelOptions { MaxDegreeOfParallelism = options.Parallel, CancellationToken = cancellationToken });
        await Parallel.ForEachAsync(scenarios, parallel, async (scenario, token) =>
        {
            var own = Path.Combine(folder, scenario.Number.ToString(CultureInfo.InvariantCulture));
            var result = await RunAsync(run, scenario, own, token);
            lock (gate)
            {
                results.Add(result);
                Print(result, options.Seed, own);
            }

            if (result.Violations.Count == 0)
            {
                Directory.Delete(own, recursive: true);
            }
        });

        return await SumUpAsync(results, options, folder, cancellationToken);
    }

    // A scenario that could not be played is a finding as well.
    private static async Task<Result> RunAsync(ChaosRun run, Scenario scenario, string folder, CancellationToken cancellationToken)
    {
        try
        {
            return await run.RunAsync(scenario, folder, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return new Result(scenario, "none", 0, [$"It could not be played: {e}"], TimeSpan.Zero);
        }
    }

    private static void Print(Result result, int seed, string folder)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Scenario.Number,4}  {result.Scenario}: {result.Outcome}{(result.Recoveries > 0 ? $" after {result.Recoveries} recoveries" : "")}, {result.Took.TotalSeconds:0.0} s"));
        foreach (var violation in result.Violations)
        {
            Console.WriteLine($"      VIOLATION {violation}");
        }

        if (result.Violations.Count > 0)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"      again: --seed {seed} --only {result.Scenario.Number}; the journal and every word are in {folder}"));
        }
    }

    private static async Task<int> SumUpAsync(List<Result> results, ChaosOptions options, string folder, CancellationToken cancellationToken)
    {
        List<Row> rows =
        [
            .. from result in results
               group result by (result.Scenario.Party, result.Scenario.Fault, result.Scenario.Step) into alike
               orderby alike.Key.Party, alike.Key.Fault, alike.Key.Step
               select Sum(alike.Key.Party.ToString(), alike.Key.Fault.ToString(), alike.Key.Step, alike),
        ];
        if (options.Json is { } file)
        {
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(rows, RowJson.Default.ListRow), cancellationToken);
        }

        Console.WriteLine();
        Console.WriteLine("party         fault    runs  migrated  rolled back  unknown  violations");
        foreach (var alike in results.GroupBy(result => (result.Scenario.Party, result.Scenario.Fault)).OrderBy(group => group.Key))
        {
            Print(Sum(alike.Key.Party.ToString(), alike.Key.Fault.ToString(), "", alike));
        }

        Console.WriteLine();
        Console.WriteLine("kind                  runs  migrated  rolled back  unknown  violations");
        foreach (var alike in results.GroupBy(result => result.Scenario.Kind).OrderBy(group => group.Key))
        {
            Print(Sum(alike.Key.Name(), "", "", alike));
        }

        var violations = results.Count(result => result.Violations.Count > 0);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{results.Count} runs, {violations} with violations"));
        if (violations == 0)
        {
            Directory.Delete(folder, recursive: true);
        }

        return violations == 0 ? 0 : 1;
    }

    private static void Print(Row row) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{row.Party,-13} {row.Fault,-7} {row.Runs,5} {row.Migrated,9} {row.RolledBack,12} {row.Unknown,8} {row.Violations,11}"));

    private static Row Sum(string party, string fault, string step, IEnumerable<Result> alike)
    {
        var results = alike.ToList();
        return new Row(
            party, fault, step, results.Count, Count(Ending("Migrated")), Count(Ending("RolledBack")), Count(Ending("Unknown")),
            Count(result => result.Violations.Count > 0));

        int Count(Func<Result, bool> fits) => results.Count(fits);

        static Func<Result, bool> Ending(string outcome) => result => result.Outcome == outcome;
    }
}
