using System.Diagnostics;
using System.Text.Json;
using Pve.Migration;
using Pve.Qmp.Commands;
using Pve.Qmp;
using static Pve.Integration.Tests.Live.MigrationBench;

namespace Pve.Integration.Tests.Live;

/// <summary>The guest has no network of its own: whatever comes out of its device is the announcement.</summary>
public sealed class AnnounceTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_bridge_sees_the_announcement_and_learns_where_the_guest_is()
    {
        var qemu = await RealQemu.RequireAsync();
        await using var network = await BridgedNetwork.CreateAsync(qemu.Path);
        await using var bench = await BootAsync(extraArguments: BridgedNetwork.Device(BridgedNetwork.SourceTap), binary: network.Qemu);
        var target = await bench.Guest.StartTargetAsync(extraArguments: BridgedNetwork.Device(BridgedNetwork.TargetTap), cancellationToken: Cancellation);

        // QEMU's own announcement, which it would make besides, is off.
        await target.Monitor.ExecuteAsync("migrate-set-parameters", JsonElement.Parse("""{"announce-rounds": 0}"""), cancellationToken: Cancellation);
        await bench.Guest.Host.Monitor.ExecuteAsync(
            QmpCommands.AnnounceSelf, new AnnounceSelf(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1), 1, TimeSpan.Zero), cancellationToken: Cancellation);
        await UntilAsync(async () => await network.PortOfGuestAsync() == BridgedNetwork.SourceTap);
        Assert.Equal(0, await network.FramesFromAsync(BridgedNetwork.TargetTap));
        var phases = new List<MigrationPhase>();

        var report = await bench.MigrateAsync(new LocalTarget(target.AsIncoming()), change: request => request with
        {
            Announce = new NetworkAnnounce { Rounds = 3, Initial = TimeSpan.FromMilliseconds(20), Step = TimeSpan.Zero, Max = TimeSpan.FromMilliseconds(20) },
            Hooks = [new NotingHook(phases)],
        });

        Assert.Contains(report.Ledger.Lines, line => line is { Name: "announce", Placement: StepPlacement.AfterResume });
        await UntilAsync(async () => await network.FramesFromAsync(BridgedNetwork.TargetTap) >= 3);
        Assert.Equal(BridgedNetwork.TargetTap, await network.PortOfGuestAsync());
        Assert.Equal(3, await network.FramesFromAsync(BridgedNetwork.TargetTap));
        Assert.Equal([MigrationPhase.Copying, MigrationPhase.Committing, MigrationPhase.CleaningUp], phases);
        MigrationTests.AssertLedgerExplains(report);
        await bench.AssertArrivedAsync(target, report);
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await isSo())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, "It did not come to be.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancellation);
        }
    }

    private sealed class NotingHook(List<MigrationPhase> seen) : IMigrationHook
    {
        public string Name => "note";

        public IReadOnlyCollection<MigrationPhase> Phases => [MigrationPhase.Copying, MigrationPhase.Committing, MigrationPhase.CleaningUp];

        public Task EnterAsync(MigrationPhase phase, int vmId, CancellationToken cancellationToken)
        {
            seen.Add(phase);
            return Task.CompletedTask;
        }
    }
}
