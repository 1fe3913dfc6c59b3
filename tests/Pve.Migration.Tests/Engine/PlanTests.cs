using Microsoft.Extensions.Logging.Abstractions;
using Pve.Migration.Engine;
using static Pve.Migration.MigrationPhase;
using static Pve.Migration.StepPlacement;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

public sealed class PlanTests
{
    private static readonly string[] Before =
    [
        "BeforePause: open target", "BeforePause: check source", "BeforePause: check target", "BeforePause: set capabilities",
        "BeforePause: start incoming", "BeforePause: prepare ownership", "BeforePause: make target ready", "BeforePause: copy RAM",
    ];

    private static readonly string[] After
        = ["AfterResume: see it run",
                "AfterResume: read statistics", "AfterResume: restore target", "AfterResume: end source", "AfterResume: unlock"];

    [Fact]
    public Task The_plan_reads_as_a_list() => RunAsync(bench =>
    {
        Assert.Equal(
            [.. Before, "InsidePause: hand over ownership", "InsidePause: resume", .. After, "AfterResume: close tunnel"],
            Read(bench, MigrationProfile.Default));
        Assert.Equal(Read(bench, MigrationProfile.Default), Read(bench, MigrationProfile.Pve2017));
        Assert.Equal(
            [.. Before, "InsidePause: hand over ownership", "InsidePause: close tunnel", "InsidePause: set replication state", "InsidePause: resume", .. After],
            Read(bench, MigrationProfile.Pve2017Before));
        return Task.CompletedTask;
    });

    [Fact]
    public Task What_is_replicated_and_what_is_kept_shows_in_the_plan() => RunAsync(bench =>
    {
        var plan = Read(bench, MigrationProfile.Default, request => request with { IsReplicated = true, EndsSource = false });
        Assert.Contains("InsidePause: set replication state", plan);
        Assert.Contains("AfterResume: restore source", plan);
        Assert.DoesNotContain("AfterResume: end source", plan);
        return Task.CompletedTask;
    });

    [Fact]
    public void A_step_without_an_undo_before_the_commit_is_refused()
    {
        var careless = Assert.Throws<InvalidOperationException>(() => MigrationPlan.Check([Step("careless", InsidePause, null), Commit]));
        Assert.Contains("'careless'", careless.Message, StringComparison.Ordinal);
        MigrationPlan.Check([Step("careful", InsidePause, MigrationStep.NothingToUndo), Commit, Step("later", AfterResume, null)]);
    }

    [Fact]
    public void A_step_out_of_its_place_is_refused()
        => Assert.Throws<InvalidOperationException>(() => MigrationPlan.Check(
            [Step("inside", InsidePause, MigrationStep.NothingToUndo), Step("before", BeforePause, MigrationStep.NothingToUndo), Commit]));

    [Theory]
    [InlineData(Preparing, SwitchingOver)]
    [InlineData(Copying, Committing)]
    [InlineData(SwitchingOver, CleaningUp)]
    [InlineData(CleaningUp, RollingBack)]
    [InlineData(RollingBack, Committing)]
    [InlineData(Ended, Preparing)]
    public void A_transition_outside_the_table_throws_and_changes_nothing(MigrationPhase from, MigrationPhase to)
    {
        var phase = At(from);
        Assert.Throws<InvalidOperationException>(() => phase.Enter(to));
        Assert.Equal(from, phase.Current);
    }

    private static MigrationStep Commit => Step("resume", InsidePause, null) with { IsCommit = true };

    private static MigrationStep Step(string name, StepPlacement placement, Func<CancellationToken, Task>? undo)
        => new(name, placement, _ => Task.CompletedTask, undo);

    private static PhaseTracker At(MigrationPhase phase)
    {
        var tracker = new PhaseTracker();
        MigrationPhase[] way = phase switch
        {
            RollingBack => [RollingBack],
            _ => [.. new[] { Copying, SwitchingOver, Committing, CleaningUp, Ended }.Where(step => step <= phase && step != RollingBack)],
        };
        foreach (var step in way)
        {
            tracker.Enter(step);
        }

        return tracker;
    }

    private static string[] Read(EngineBench bench, MigrationProfile profile, Func<MigrationRequest, MigrationRequest>? change = null)
    {
        var request = bench.Request(bench.Local());
        var options = new LiveMigratorOptions { Profile = profile, TimeProvider = bench.Time };
        var run = new RunContext(change?.Invoke(request) ?? request, options, NullLogger.Instance, null);
        return [.. new MigrationPlan(run, new SourceVm(run), new TargetVm(run)).Steps.Select(step => $"{step.Placement}: {step.Name}")];
    }
}
