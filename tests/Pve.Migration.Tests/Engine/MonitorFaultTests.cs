using Pve.Migration.Testing;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

/// <summary>Each fault at each line of either monitor, either way: commands, answers and events.</summary>
public sealed class MonitorFaultTests
{
    public static IEnumerable<TheoryDataRow<string, string, WireDirection>> Everything
        => from monitor in (string[])["source", "target"]
           from fault in WireFaults.Names
           from direction in Enum.GetValues<WireDirection>()
           select new TheoryDataRow<string, string, WireDirection>(monitor, fault, direction);

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task Whatever_becomes_of_a_line_one_guest_at_most_runs(string monitor, string fault, WireDirection direction)
    {
        var line = 2; // the negotiation is no part of a migration
        while (await HitAsync(monitor, WireFaults.Of(fault, WirePlace.Line(direction, line))))
        {
            line++;
        }

        Assert.InRange(line, 6, 200);
    }

    private static async Task<bool> HitAsync(string monitor, WireFault fault)
    {
        var isHit = false;
        await RunAsync(async bench =>
        {
            var report = await bench.MigrateAsync(bench.Local());
            await bench.PassAsync(5);
            isHit = bench.FaultStruck;
            bench.AssertSafe(report);
            await bench.AssertNothingIsLeftAsync(report);
            if (!isHit)
            {
                bench.AssertMigrated(report);
            }
        }, fault: (monitor, fault));
        return isHit;
    }
}
