using Pve.Qmp.Commands;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

/// <summary>Real files under a simulated migration.</summary>
public sealed class OwnershipTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("pve-owner-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public Task A_lease_is_the_targets_after_the_migration() => RunAsync(async bench =>
    {
        var lease = NewLease();
        bench.AssertMigrated(await bench.MigrateAsync(change: request => request with { Ownership = lease }));
        Assert.Equal(new OwnershipLease(VmId, "b", 2), await lease.ReadAsync(VmId, Cancellation));
    });

    [Fact]
    public Task A_refused_resume_gives_the_lease_back_with_a_token_of_its_own() => RunAsync(async bench =>
    {
        var lease = NewLease();
        var target = bench.Local();
        target.Resume = (_, _) => Task.FromResult(new ResumeResult(ResumeAnswer.Refused, "no"));
        bench.AssertRolledBack(await bench.MigrateAsync(target, change: request => request with { Ownership = lease }));
        Assert.Equal(new OwnershipLease(VmId, "a", 3), await lease.ReadAsync(VmId, Cancellation));
        Assert.Equal(RunState.Running, await bench.SourceStateAsync());
    });

    [Fact]
    public Task A_guest_of_somebody_else_is_not_copied() => RunAsync(async bench =>
    {
        await new LeaseOwnership(new LeaseOwnershipOptions { Folder = _root, Source = "c", Target = "d" }).PrepareAsync(VmId, Cancellation);
        var report = await bench.MigrateAsync(change: request => request with { Ownership = NewLease() });
        Assert.Equal("prepare ownership", bench.AssertRolledBack(report).Step);
        Assert.DoesNotContain(report.Ledger.Lines, line => line.Name == "copy RAM");
    });

    private LeaseOwnership NewLease() => new(new LeaseOwnershipOptions { Folder = _root, Source = "a", Target = "b" });
}
