using System.IO.Pipelines;
using System.Text.Json;
using Pve.Migration.Testing;
using Pve.Qmp;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

/// <summary>Each fault at each line of the tunnel, either way: commands, answers, and what is said between them.</summary>
public sealed class TunnelFaultTests
{
    private static readonly string[] Setups = ["v1", "v1, out of reach, another way", "ours", "ours, out of reach", "ours, out of reach, all tunnels"];

    // v1's command, and the OK behind what it says of itself
    private static readonly WirePlace[] AtResume = [WirePlace.Line(WireDirection.ToPeer, 0), WirePlace.Line(WireDirection.FromPeer, 2)];

    public static IEnumerable<TheoryDataRow<string, string, WireDirection>> Everything
        => from setup in Setups
           from fault in WireFaults.Names
           from direction in Enum.GetValues<WireDirection>()
           select new TheoryDataRow<string, string, WireDirection>(setup, fault, direction);

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task Whatever_becomes_of_a_line_one_guest_at_most_runs(string setup, string fault, WireDirection direction)
    {
        var line = 0;
        while (await HitAsync(setup, WireFaults.Of(fault, WirePlace.Line(direction, line))))
        {
            line++;
        }

        // a v1 peer hears resume and quit, and says that it is there, its version, and two times OK
        Assert.InRange(line, direction == WireDirection.ToPeer ? 2 : 4, 20);
    }

    // "resume 10" is a command as well, but nobody's: only a line that ended is one.
    [Theory]
    [InlineData("truncate")]
    [InlineData("cut")]
    public async Task A_command_that_was_cut_short_is_none(string fault)
    {
        for (var index = 0; await HitAsync("v1", WireFaults.Of(fault, WirePlace.Bytes(WireDirection.ToPeer, index))); index++)
        {
        }
    }

    // Whether it came to the place at all; a tunnel that is not used so far is as good as sound.
    private static async Task<bool> HitAsync(string setup, WireFault fault)
    {
        var isHit = false;
        await RunAsync(async bench =>
        {
            var serving = 0;
            var sound = new InProcessTransport(async (pipe, token) =>
            {
                Interlocked.Increment(ref serving);
                try
                {
                    await ServeAsync(bench, pipe, setup.StartsWith("v1", StringComparison.Ordinal), token);
                }
                finally
                {
                    Interlocked.Decrement(ref serving);
                }
            });
            var all = setup.EndsWith("all tunnels", StringComparison.Ordinal);
            var faulty = new FaultyTransport(sound, bench.Time, connection => connection == 0 || all ? [fault] : []);
            var tunnel = new TunnelTarget(
                bench.Incoming(), faulty, setup.EndsWith("another way", StringComparison.Ordinal) ? bench.Local() : null,
                new MtunnelClientOptions { TimeProvider = bench.Time });
            var target = new HookedTarget(tunnel) { IsOutOfReach = setup.Contains("out of reach", StringComparison.Ordinal) };
            var report = await bench.MigrateAsync(target, change: request => request with { IsReplicated = setup.StartsWith("ours", StringComparison.Ordinal) });
            await target.DisposeAsync();
            await bench.PassAsync(5);

            isHit = faulty.Struck.Count > 0;
            var what = $"{fault}: {report.Outcome}";
            bench.AssertSafe(report);
            await bench.AssertNothingIsLeftAsync(report);
            Assert.Equal(0, serving);
            if (!isHit)
            {
                bench.AssertMigrated(report);
                Assert.Empty(report.Warnings);
            }

            if (setup == "v1" && AtResume.Contains(fault.At))
            {
                // The target's monitor is in reach, whatever becomes of the resume; a tunnel that broke already when it was woken is no way to it.
                Assert.True(report.Outcome is MigrationOutcome.Migrated || fault == WireFault.Cut(fault.At) || fault == WireFault.Truncate(fault.At), what);
                Assert.InRange(report.Ledger.Paused ?? TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromSeconds(1));
            }

            if (report.Outcome is MigrationOutcome.Unknown)
            {
                // nobody who could still be asked was ended
                Assert.True(bench.Pair.Source.IsAlive && bench.Pair.Target.IsAlive, what);
                Assert.Contains("out of reach", setup, StringComparison.Ordinal);
            }
        });
        return isHit;
    }

    private static async Task ServeAsync(EngineBench bench, IDuplexPipe pipe, bool isV1, CancellationToken token)
    {
        await using var qmp = new QmpMtunnelHandler((vmid, connecting) =>
        {
            Assert.Equal(VmId, vmid);
            return bench.ListenAsync(bench.Pair.Target);
        }, bench.Time);
        var options = new MtunnelServerOptions { Dialect = isV1 ? MtunnelDialect.V1 : MtunnelDialect.V2, Vmid = VmId, TimeProvider = bench.Time };
        await MtunnelServer.ServeAsync(pipe, new Replicating(qmp), options, token);
    }

    private sealed class Replicating(QmpMtunnelHandler qmp) : IMtunnelHandler
    {
        public IReadOnlyCollection<string> Commands { get; } = [.. qmp.Commands, "set-replication-state", "unlock"];

        public Task ResumeAsync(int vmid, CancellationToken cancellationToken) => qmp.ResumeAsync(vmid, cancellationToken);

        public Task<JsonElement> ExecuteAsync(MtunnelRequest request, CancellationToken cancellationToken)
            => qmp.Commands.Contains(request.Command) ? qmp.ExecuteAsync(request, cancellationToken) : Task.FromResult(default(JsonElement));
    }
}
