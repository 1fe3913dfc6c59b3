using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

public sealed class RequestTests
{
    private static readonly MigrationGoal PostCopy = new() { Pause = TimeSpan.FromMilliseconds(100), Time = TimeSpan.FromMinutes(1), Else = GoalFallback.PostCopy };

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
            request => request with { Disks = [new MigrationDisk("disk"), new MigrationDisk("other") { TargetNode = "disk" }] },
            request => request with { Disks = [new MigrationDisk("disk") { TargetNode = "there" }, new MigrationDisk("other") { TargetNode = "there" }] },
            request => request with { Goal = PostCopy, Control = new MigrationControl(holds: true) },
            request => request with { Control = Aimed(new MigrationControl(holds: true)) },
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

    private static MigrationControl Aimed(MigrationControl control)
    {
        control.Aim(PostCopy);
        return control;
    }
}
