using Pve.Migration;
using Pve.Migration.Testing;
using Pve.Qmp;
using Pve.Qmp.Commands;
using static Pve.Integration.Tests.Live.MigrationBench;

namespace Pve.Integration.Tests.Live;

/// <summary>Disks that only the source has, while the guest writes them all the time.</summary>
public sealed class DiskMigrationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task The_disks_arrive_whole(int count)
    {
        await using var bench = await BootAsync(disksMiB: [.. Enumerable.Repeat(16, count)]);
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        var seen = new SeenProgress();

        var before = bench.Guest.Host;
        var report = await bench.MigrateAsync(
            new LocalTarget(target.AsIncoming()), progress: seen, change: request => request with { Disks = Disks(count) });

        Assert.True(report.Outcome is MigrationOutcome.Migrated, $"{report.Outcome}");
        for (var disk = 0; disk < count; disk++)
        {
            AssertAlike(before.DiskImage(disk), target.DiskImage(disk), disk == 0 ? GuestDisk.Length : 0);
        }

        await bench.AssertArrivedAsync(target, report);
        var found = await bench.Guest.CheckDiskAsync(Cancellation);
        Assert.True(found.Intact, found.ToString());
        Assert.Equal(Enumerable.Range(0, count).Select(disk => $"disk{disk}"), report.Disks.Select(disk => disk.Node));
        Assert.All(report.Disks, disk => Assert.True(disk.IsReady && disk.CopiedBytes >= 16 << 20, disk.ToString()));
        MigrationTests.AssertLedgerExplains(report);
        Assert.Equal(
            ["stop the guest (QEMU)", "notice pre-switchover", "finish mirrors", "stop exports", "last RAM and devices (QEMU)"],
            report.Ledger.Lines.Where(line => line.Placement == StepPlacement.InsidePause).Take(5).Select(line => line.Name));
        Assert.Contains(seen.Reports, progress => progress.Disks.Count == count);
    }

    private static MigrationDisk[] Disks(int count) => [.. Enumerable.Range(0, count).Select(disk => new MigrationDisk($"disk{disk}"))];

    private static void AssertAlike(string source, string target, int from)
        => Assert.True(File.ReadAllBytes(source).AsSpan(from).SequenceEqual(File.ReadAllBytes(target).AsSpan(from)), target + " differs");

    private sealed class SeenProgress : IProgress<MigrationProgress>
    {
        public List<MigrationProgress> Reports { get; } = [];

        void IProgress<MigrationProgress>.Report(MigrationProgress value) => Reports.Add(value);
    }
}
