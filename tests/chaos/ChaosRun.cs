using System.Diagnostics;
using Pve.Chaos.Orchestration;
using Pve.Chaos.Scenarios;
using Pve.Chaos.Verdict;
using Pve.Chaos.World;
using Pve.Integration.Tests.Ssh;
using Pve.Migration;

namespace Pve.Chaos;

/// <summary>One scenario, from the guest's boot to the verdict.</summary>
internal sealed class ChaosRun(LoopbackSshd sshd, string sshConfig, string mtunnel)
{
    private const int MostRecoveries = 3;

    // Beyond every deadline of the orchestrator, one after the other.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Plays it; a delay that a run has ended within is left out.</summary>
    public async Task<Result> RunAsync(Scenario scenario, string folder, CancellationToken cancellationToken)
    {
        try
        {
            return await PlayAsync(scenario, folder, cancellationToken);
        }
        catch (UnstruckException) when (scenario.Delay is not null)
        {
            return await PlayAsync(scenario with { Delay = null }, Path.Combine(folder, "2"), cancellationToken);
        }
    }

    private async Task<Result> PlayAsync(Scenario scenario, string folder, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        Directory.CreateDirectory(folder);
        await using var stage = await Stage.SetAsync(folder, scenario, sshd, sshConfig, mtunnel, cancellationToken);
        var before = await Settings.ReadAsync(stage.Source.Monitor, cancellationToken);
        var files = new HostFiles(stage.Source, stage.Target);
        var violations = new List<string>();
        var ending = await MigrateAsync(scenario, stage, violations, cancellationToken);
        if (scenario is { Step: Moment.PreSwitchover, Party: Party.Orchestrator, Fault: Fault.Kill })
        {
            violations.AddRange(await WatchdogJudge.JudgeAsync(stage, cancellationToken));
        }

        var recoveries = 0;
        if (scenario.Again is { } again && violations.Count == 0)
        {
            await StrikeRecoveryAsync(again, stage, ++recoveries, violations, cancellationToken);
            ending = null; // whatever it has told, another one is to find it so
        }

        while (ending is null or { Outcome: Ending.Unknown } && recoveries < MostRecoveries && violations.Count == 0)
        {
            await using var recovery = await stage.StartRecoveryAsync(++recoveries, strike: null, cancellationToken);
            ending = await EndAsync(recovery, violations, cancellationToken);
        }

        if (ending is null)
        {
            violations.Add("Nobody told an outcome.");
        }
        else
        {
            violations.AddRange(await new Judge(scenario, stage, before, files, await ReadAsync(stage.Journal, cancellationToken)).JudgeAsync(ending, cancellationToken));
        }

        return new Result(scenario, ending?.Outcome ?? "none", recoveries, violations, Stopwatch.GetElapsedTime(start));
    }

    private static async Task<IReadOnlyList<JournalEntry>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        using var journal = FileJournal.Open(path);
        return await journal.ReadAsync(cancellationToken);
    }

    // The fault is over before anybody looks: who was frozen may still do what it was told.
    private static async Task<Ending?> MigrateAsync(Scenario scenario, Stage stage, List<string> violations, CancellationToken cancellationToken)
    {
        await using var orchestrator = await stage.StartOrchestratorAsync(cancellationToken);
        var strike = new Strike(scenario, stage, orchestrator);
        await Task.WhenAny(orchestrator.AtTheMoment, orchestrator.Ending).WaitAsync(Patience, TimeProvider.System, cancellationToken);
        if (!orchestrator.AtTheMoment.IsCompleted)
        {
            var early = await EndAsync(orchestrator, violations, cancellationToken);
            violations.Add($"It never came to '{scenario.Step}': {early?.Text}");
            return early;
        }

        if (scenario.Delay is { } delay)
        {
            await Task.Delay(delay, TimeProvider.System, cancellationToken);
        }

        if (!strike.Hit())
        {
            throw new UnstruckException();
        }

        try
        {
            await orchestrator.GoOnAsync();
            if (scenario.Fault != Fault.Kill)
            {
                await Task.Delay(scenario.Lasting, TimeProvider.System, cancellationToken);
            }
        }
        finally
        {
            strike.Relent();
        }

        return await EndAsync(orchestrator, violations, cancellationToken);
    }

    // Which entries there are depends on where it goes: one that has ended before is followed by another all the same.
    private static async Task StrikeRecoveryAsync(SecondStrike strike, Stage stage, int attempt, List<string> violations, CancellationToken cancellationToken)
    {
        await using var recovery = await stage.StartRecoveryAsync(attempt, strike, cancellationToken);
        await Task.WhenAny(recovery.AtTheMoment, recovery.Ending).WaitAsync(Patience, TimeProvider.System, cancellationToken);
        if (strike.Delay is { } delay)
        {
            await Task.WhenAny(recovery.Ending, Task.Delay(delay, TimeProvider.System, cancellationToken));
        }

        if (!recovery.Ending.IsCompleted)
        {
            Processes.Signal(recovery.Pid, Processes.Kill);
        }

        await EndAsync(recovery, violations, cancellationToken);
    }

    private static async Task<Ending?> EndAsync(OrchestratorProcess orchestrator, List<string> violations, CancellationToken cancellationToken)
    {
        try
        {
            var ending = await orchestrator.Ending.WaitAsync(Patience, TimeProvider.System, cancellationToken);
            if (ending is null && await orchestrator.Errors is { Length: > 0 } errors)
            {
                violations.Add($"The orchestrator failed: {errors}");
            }

            return ending;
        }
        catch (TimeoutException)
        {
            violations.Add($"The orchestrator did not come to an end within {Patience.TotalSeconds:0} s.");
            return null;
        }
    }
}
