using System.Net.Sockets;
using Pve.Migration;
using Pve.Migration.Testing;
using Pve.Qmp;
using Pve.Qmp.Commands;
using static Pve.Integration.Tests.Live.MigrationBench;

namespace Pve.Integration.Tests.Live;

/// <summary>The ways RAM can travel, on real QEMU.</summary>
public sealed class TransferTests
{
    [Fact]
    public async Task A_guest_arrives_whole_over_several_connections_by_differences_and_over_a_descriptor()
    {
        await using var bench = await BootAsync();
        var overSeveral = await MoveAsync(bench, new TransferPolicy { MultifdChannels = 3, MultifdCompression = MultifdCompression.Zstd });
        Assert.True(overSeveral.Ram!.MultifdBytes > 0, $"{overSeveral}");

        var byDifferences = await MoveAsync(bench, new TransferPolicy { UsesXbzrle = true });
        Assert.Equal(4 << 20, byDifferences.XbzrleCache!.CacheSize); // a tenth of 32 MiB, rounded up

        var (near, far) = await PairAsync(bench.Root);
        using (near)
        using (far)
        {
            var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
            var incoming = IncomingQemu.OverDescriptor(target.Monitor, far.SafeHandle, _ => target.Process.KillAsync());
            await MoveAsync(bench, target, incoming, new TransferPolicy { Descriptor = near.SafeHandle });
        }
    }

    private static async Task<MigrationInfo> MoveAsync(MigrationBench bench, TransferPolicy policy)
    {
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        return await MoveAsync(bench, target, target.AsIncoming(), policy);
    }

    private static async Task<MigrationInfo> MoveAsync(MigrationBench bench, GuestHost target, IncomingQemu incoming, TransferPolicy policy)
    {
        var counter = new Counter(bench.Guest.Host.Monitor);
        var report = await bench.MigrateAsync(new LocalTarget(incoming), change: request => request with { Transfer = policy, Hooks = [counter] });
        await bench.AssertArrivedAsync(target, report);
        return counter.Counted!;
    }

    private static async Task<(Socket Near, Socket Far)> PairAsync(string folder)
    {
        var path = Path.Combine(folder, "pair");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        var near = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await near.ConnectAsync(new UnixDomainSocketEndPoint(path), Cancellation);
        var far = await listener.AcceptAsync(Cancellation);
        File.Delete(path);
        return (near, far);
    }

    // Asks the source before it is ended.
    private sealed class Counter(QmpClient source) : IMigrationHook
    {
        public string Name => "count";

        public IReadOnlyCollection<MigrationPhase> Phases { get; } = [MigrationPhase.CleaningUp];

        public MigrationInfo? Counted { get; private set; }

        public async Task EnterAsync(MigrationPhase phase, int vmId, CancellationToken cancellationToken)
            => Counted = await source.ExecuteAsync(QmpCommands.QueryMigrate, cancellationToken: cancellationToken);
    }
}
