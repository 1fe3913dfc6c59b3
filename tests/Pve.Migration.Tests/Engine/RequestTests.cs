using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

public sealed class RequestTests
{
    [Fact]
    public Task A_request_out_of_range_is_refused() => RunAsync(async bench =>
    {
        Func<MigrationRequest, MigrationRequest>[] wrong =
        [
            request => request with { VmId = 0 },
            request => request with { VmId = 1_000_000_000 },
            request => request with { MaxBandwidth = -1 },
            request => request with { DowntimeLimit = TimeSpan.Zero },
            request => request with { DowntimeLimit = TimeSpan.FromSeconds(2001) },
            request => request with { Source = null! },
            request => request with { Target = null! },
            request => request with { Ownership = null! },
            request => request with { Transfer = null! },
            request => request with { Transfer = new TransferPolicy { MultifdChannels = 256 } },
            request => request with { Transfer = new TransferPolicy { CarriesBitmaps = true }, Disks = [new MigrationDisk("disk") { Bitmap = "replicated" }] },
            request => request with { Disks = [new MigrationDisk("disk") { Bitmap = "" }] },
        ];
        foreach (var change in wrong)
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(() => bench.MigrateAsync(change: change));
        }

        Assert.True(bench.Pair.Target.IsAlive);
        Assert.True(bench.Pair.Source.IsGuestRunning);
    });

    [Fact]
    public void Options_that_no_timer_can_hold_are_refused()
    {
        Assert.ThrowsAny<ArgumentException>(() => new LiveMigrator(new LiveMigratorOptions { RollbackTimeout = TimeSpan.MaxValue }));
        Assert.ThrowsAny<ArgumentException>(() => new LiveMigrator(new LiveMigratorOptions { LoadTimeout = TimeSpan.Zero }));
        Assert.ThrowsAny<ArgumentException>(() => new LiveMigrator(new LiveMigratorOptions { Profile = null! }));
        Assert.ThrowsAny<ArgumentException>(() => new LiveMigrator(new LiveMigratorOptions { TimeProvider = null! }));
    }
}
