using Pve.Chaos.World;
using Pve.Migration;
using Pve.Migration.Testing;
using Pve.Qmp;
using static Pve.Integration.Tests.Live.MigrationBench;

namespace Pve.Integration.Tests.Live;

/// <summary>Races in which others have ended with two guests, or with none, each made on real QEMUs: the guest runs on, once.</summary>
public sealed class RaceTests
{
    // A target that stands still is given up soon.
    private static readonly LiveMigrator Impatient = new(new LiveMigratorOptions { LoadTimeout = TimeSpan.FromSeconds(1) });

    [Fact]
    public async Task R1_A_target_with_other_devices_leaves_the_guest_at_its_source()
    {
        await using var bench = await BootAsync(extraArguments: ["-device", "virtio-rng-pci,addr=5"]);
        var target = await bench.Guest.StartTargetAsync(extraArguments: ["-device", "virtio-rng-pci,addr=6"], cancellationToken: Cancellation);

        var report = await bench.MigrateAsync(new LocalTarget(target.AsIncoming()));

        await AssertStayedAsync(bench, target, report);
    }

    [Fact]
    public async Task R2_A_last_word_of_the_target_that_is_lost_makes_no_second_guest()
    {
        await using var bench = await BootAsync();
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        var near = Path.Combine(bench.Root, "lossy");
        await using var link = Relay.Unix(near, target.MigrationPath);
        using var stopped = bench.Guest.Host.Monitor.Subscribe("STOP");
        using var migration = target.Monitor.Subscribe(QmpEvents.Migration.Name);
        var losing = LoseAsync();

        var report = await bench.MigrateAsync(new LocalTarget(target.AsIncoming(near)));

        await losing;
        await AssertStayedAsync(bench, target, report);

        // QEMU's source fails then, and lets its guest go on by itself, while the target holds another one, whole.
        async Task LoseAsync()
        {
            await stopped.ReadAsync(Cancellation);
            link.LoseReturns();
            while (!QmpEvents.Migration.TryRead(await migration.ReadAsync(Cancellation), out var change) || change.Status != Pve.Qmp.Commands.MigrationStatus.Completed)
            {
            }

            link.Cut();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task R3_R4_and_R5_A_target_that_is_frozen_while_it_loads_is_dead_before_the_source_goes_on(bool sharesADisk)
    {
        var folder = Directory.CreateTempSubdirectory("pve-");
        var image = Path.Combine(folder.FullName, "shared");
        await File.WriteAllBytesAsync(image, new byte[1024 * 1024], Cancellation);
        await using (var bench = await BootAsync(extraArguments: sharesADisk ? ["-drive", $"if=virtio,format=raw,file={image}"] : []))
        {
            var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
            using var stopped = bench.Guest.Host.Monitor.Subscribe("STOP");
            var freezing = FreezeAsync();

            var report = await Impatient.MigrateAsync(
                new MigrationRequest { VmId = VmId, Source = bench.Guest.Host.Monitor, Target = new LocalTarget(target.AsIncoming()) }, cancellationToken: Cancellation);

            await freezing;
            await AssertStayedAsync(bench, target, report);
            var second = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
            await bench.AssertArrivedAsync(second, await bench.MigrateAsync(new LocalTarget(second.AsIncoming())));

            async Task FreezeAsync()
            {
                await stopped.ReadAsync(Cancellation);
                target.Process.Freeze();
            }
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task R12_A_second_migration_of_the_same_guest_is_refused_and_the_first_goes_on()
    {
        await using var bench = await BootAsync();
        var (first, second) = (
            await bench.Guest.StartTargetAsync(cancellationToken: Cancellation), await bench.Guest.StartTargetAsync(cancellationToken: Cancellation));
        var control = new MigrationControl(holds: true);
        var copying = new TaskCompletionSource();
        var under = bench.MigrateAsync(
            new LocalTarget(first.AsIncoming()), change: request => request with { Control = control },
            progress: new Handler(progress => _ = progress.Pass > 0 && copying.TrySetResult()));
        await copying.Task.WaitAsync(Cancellation);

        var refused = await bench.MigrateAsync(new LocalTarget(second.AsIncoming()));

        var rolledBack = Assert.IsType<MigrationOutcome.RolledBack>(refused.Outcome);
        Assert.Equal("check source", rolledBack.Failure.Step);
        await bench.Guest.EndAsync(second);
        control.Go();
        await bench.AssertArrivedAsync(first, await under);
    }

    private static async Task AssertStayedAsync(MigrationBench bench, GuestHost target, MigrationReport report)
    {
        var rolledBack = report.Outcome as MigrationOutcome.RolledBack;
        Assert.True(rolledBack is not null, $"{report.Outcome}");
        await bench.AssertStayedAsync(target, report, rolledBack.Failure.Step);
    }

    private sealed class Handler(Action<MigrationProgress> act) : IProgress<MigrationProgress>
    {
        public void Report(MigrationProgress value) => act(value);
    }
}
