using Pve.Qmp;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

/// <summary>The migration's stream breaks in each of its phases, at the very moment either side tells that it has begun.</summary>
public sealed class LinkCutTests
{
    private static readonly string[] SourceMoments = ["MIGRATION setup", "MIGRATION active", "STOP", "MIGRATION completed"];
    private static readonly string[] TargetMoments = ["MIGRATION setup", "MIGRATION active", "MIGRATION completed", "RESUME"];

    public static IEnumerable<TheoryDataRow<string, string>> Everything
        => SourceMoments.Select(moment => new TheoryDataRow<string, string>("source", moment))
            .Concat(TargetMoments.Select(moment => new TheoryDataRow<string, string>("target", moment)));

    [Theory]
    [MemberData(nameof(Everything))]
    public Task Whenever_the_stream_breaks_one_guest_at_most_runs(string side, string moment) => RunAsync(async bench =>
    {
        await using var ear = await bench.ListenAsync(side == "source" ? bench.Pair.Source : bench.Pair.Target);
        using var events = ear.Subscribe();
        var cutting = CutAsync(bench, events, moment);
        var report = await bench.MigrateAsync();
        await bench.PassAsync(5);

        Assert.True(cutting.IsCompletedSuccessfully, "it was cut");
        bench.AssertSafe(report);
        await bench.AssertNothingIsLeftAsync(report);
        if (side == "source" && moment is "MIGRATION setup" or "MIGRATION active" or "STOP")
        {
            Assert.IsType<MigrationOutcome.RolledBack>(report.Outcome);
        }

        if (report.Outcome is not MigrationOutcome.RolledBack)
        {
            bench.AssertMigrated(report);
        }
    });

    private static async Task CutAsync(EngineBench bench, QmpEventSubscription events, string moment)
    {
        QmpEvent heard;
        do
        {
            heard = await events.ReadAsync(Cancellation);
        }
        while (moment != (heard.Name == "MIGRATION" ? $"MIGRATION {heard.Data.GetProperty("status").GetString()}" : heard.Name));
        bench.Pair.Link.CutConnections();
    }
}
