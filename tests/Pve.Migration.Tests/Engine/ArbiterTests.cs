using System.IO.Pipelines;
using Pve.Migration.Testing;
using Pve.Migration.Tests.Recovery;
using Pve.Qmp;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

/// <summary>The right to run as a token: the target's side claims it before it lets the guest run, and what was not claimed can be taken back.</summary>
public sealed class ArbiterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pve-arbiter-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public Task A_resume_that_is_lost_is_taken_back_though_nobody_proves_the_target_dead() => RunAsync(async bench =>
    {
        var report = await MigrateAsync(bench, WireFault.Freeze(WirePlace.Line(WireDirection.ToPeer, 1)));
        Assert.Equal("resume", Assert.IsType<MigrationOutcome.RolledBack>(report.Outcome).Failure.Step);
        Assert.True(bench.Pair.Source.IsGuestRunning);
        Assert.Contains(report.Warnings, warning => warning.Contains("lost the right", StringComparison.Ordinal));

        // Somebody finds the lost line, and delivers it.
        var refused = await Assert.ThrowsAsync<MtunnelRefusedException>(() => Handler(bench).ResumeAsync(VmId, Cancellation));
        Assert.Contains("may not run it", refused.Message, StringComparison.Ordinal);
        Assert.False(bench.Pair.EverTwoRan);
    });

    [Fact]
    public Task A_resume_whose_answer_is_lost_was_claimed_and_is_not() => RunAsync(async bench =>
    {
        bench.AssertUnknown(await MigrateAsync(bench, WireFault.Freeze(WirePlace.Line(WireDirection.FromPeer, 3))));
        Assert.True(bench.Pair.Target.IsGuestRunning);
    });

    [Theory]
    [InlineData(MtunnelDialect.V1, false)]
    [InlineData(MtunnelDialect.V2, false)]
    public Task What_the_peer_has_not_announced_is_not_taken_back(MtunnelDialect dialect, bool claims) => RunAsync(async bench =>
    {
        var line = dialect == MtunnelDialect.V1 ? 2 : 3;
        bench.AssertUnknown(await MigrateAsync(bench, WireFault.Freeze(WirePlace.Line(WireDirection.FromPeer, line)), dialect, claims));
        Assert.True(bench.Pair.Target.IsGuestRunning);
    });

    [Fact]
    public Task Another_way_that_claims_nothing_is_refused() => RunAsync(async bench =>
    {
        await using var other = bench.Local();
        var wrong = Assert.Throws<ArgumentException>(
            () => new TunnelTarget(bench.Incoming(), new InProcessTransport((_, _) => Task.CompletedTask), other) { ClaimsOwnership = true });
        Assert.Contains("without a claim", wrong.Message, StringComparison.Ordinal);
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task A_recovery_takes_it_back_where_the_journal_says_that_it_is_claimed(bool claims) => RunAsync(async bench =>
    {
        var journal = new MemoryJournal();
        await new Crash(bench, journal, "after hand over ownership", "alone", Lease(), claims).MigrateAsync();
        var source = await bench.ListenAsync(bench.Pair.Source);
        var report = await new LiveMigrator(new LiveMigratorOptions { TimeProvider = bench.Time }).RecoverAsync(new RecoveryRequest
        {
            VmId = VmId,
            Journal = journal,
            Source = source,
            Target = new GoneTarget("target", _ => throw new IOException("no way to its host")),
            Ownership = Lease(),
        }, Cancellation);
        Assert.Equal(claims, report.Outcome is MigrationOutcome.RolledBack);
        Assert.Equal(claims, bench.Pair.Source.IsGuestRunning);
        await source.DisposeAsync();
    });

    [Fact]
    public Task A_refusal_to_a_recovery_proves_nothing_and_what_was_not_claimed_is_taken_back() => RunAsync(async bench =>
    {
        var journal = new MemoryJournal();
        await new Crash(bench, journal, "after hand over ownership", "alone", Lease(), claims: true).MigrateAsync();
        var source = await bench.ListenAsync(bench.Pair.Source);
        await using var monitor = await bench.ListenAsync(bench.Pair.Target);
        await using var target = new HookedTarget(new LocalTarget(new IncomingQemu(monitor, Address, kill: _ => throw new IOException("no way to its host"))))
        {
            Claims = true,
            Resume = (_, _) => Task.FromResult(new ResumeResult(ResumeAnswer.Refused, "not here")),
        };
        var report = await new LiveMigrator(new LiveMigratorOptions { TimeProvider = bench.Time }).RecoverAsync(new RecoveryRequest
        {
            VmId = VmId, Journal = journal, Source = source, Target = target, Ownership = Lease(),
        }, Cancellation);
        Assert.True(report.Outcome is MigrationOutcome.RolledBack, $"{report.Outcome}");
        Assert.True(bench.Pair.Source.IsGuestRunning);
        Assert.False(bench.Pair.EverTwoRan);
        await source.DisposeAsync();
    });

    private LeaseOwnership Lease() => new(new LeaseOwnershipOptions { Folder = _folder, Source = "here", Target = "there" });

    private QmpMtunnelHandler Handler(EngineBench bench, bool claims = true)
        => new((_, _) => bench.ListenAsync(bench.Pair.Target), bench.Time) { BeforeResume = claims ? Lease().ClaimAsync : null };

    private async Task<MigrationReport> MigrateAsync(EngineBench bench, WireFault fault, MtunnelDialect dialect = MtunnelDialect.V2, bool claims = true)
    {
        var sound = new InProcessTransport(async (IDuplexPipe pipe, CancellationToken token) =>
        {
            await using var handler = Handler(bench, claims);
            await MtunnelServer.ServeAsync(pipe, handler, new MtunnelServerOptions { Dialect = dialect, Vmid = VmId, TimeProvider = bench.Time }, token);
        });
        var tunnel = new TunnelTarget(
            bench.Incoming(_ => throw new IOException("no way to its host")), new FaultyTransport(sound, bench.Time, fault),
            options: new MtunnelClientOptions { TimeProvider = bench.Time })
        {
            ClaimsOwnership = true,
        };
        await using var target = new HookedTarget(tunnel) { IsOutOfReach = true };
        return await bench.MigrateAsync(target, change: request => request with { Ownership = Lease() });
    }
}
