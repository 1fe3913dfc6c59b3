using Pve.Migration;
using Pve.Migration.Testing;
using Pve.Qmp;

namespace Pve.Integration.Tests.Live;

/// <summary>A guest on real QEMU, and what a test does with it.</summary>
internal sealed class MigrationBench : IAsyncDisposable
{
    public const int VmId = 100;

    private MigrationBench(TravellingGuest guest, string root) => (Guest, Root) = (guest, root);

    public TravellingGuest Guest { get; }

    public string Root { get; }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<MigrationBench> BootAsync(
        int spanMiB = 4, int memoryMiB = 32, int? pagesPerTick = null, IReadOnlyList<int>? disksMiB = null, IReadOnlyList<string>? extraArguments = null,
        string binary = QemuInstall.DefaultBinary)
    {
        var qemu = await RealQemu.RequireAsync();
        var root = Directory.CreateTempSubdirectory("pve-").FullName;
        var guest = await TravellingGuest.BootAsync(
            new TravellingGuestOptions
            {
                Directory = root,
                VmId = VmId,
                MemoryMiB = memoryMiB,
                SpanMiB = spanMiB,
                PagesPerTick = pagesPerTick,
                DisksMiB = disksMiB ?? [],
                ExtraArguments = extraArguments ?? [],
                Binary = binary,
                Machine = binary == QemuInstall.DefaultBinary ? qemu.ResolveMachine("pc") : null,
            },
            Cancellation);
        return new MigrationBench(guest, root);
    }

    public async Task<MigrationReport> MigrateAsync(
        IMigrationTarget target, MigrationProfile? profile = null, IProgress<MigrationProgress>? progress = null,
        Func<MigrationRequest, MigrationRequest>? change = null, CancellationToken? cancellation = null)
    {
        var request = new MigrationRequest { VmId = VmId, Source = Guest.Host.Monitor, Target = target };
        var migrator = new LiveMigrator(new LiveMigratorOptions { Profile = profile ?? MigrationProfile.Default });
        return await migrator.MigrateAsync(change?.Invoke(request) ?? request, progress, cancellation ?? Cancellation);
    }

    /// <summary>The guest runs on <paramref name="host"/>, all of it, and its old host is gone.</summary>
    public async Task AssertArrivedAsync(GuestHost host, MigrationReport report, GuestHost? from = null)
    {
        Assert.True(report.Outcome is MigrationOutcome.Migrated, $"{report.Outcome}");
        Assert.Empty(report.Warnings);
        var old = from ?? Guest.Host;
        await Guest.ArriveAsync(host, Cancellation);
        await AssertIntactAsync();
        Assert.Equal(0, await old.Process.Exited.WaitAsync(Cancellation));
        await Guest.EndAsync(old);
    }

    /// <summary>The guest runs where it ran, all of it, and the target's process is gone.</summary>
    public async Task AssertStayedAsync(GuestHost target, MigrationReport report, string step, params string[] says)
    {
        var rolledBack = report.Outcome as MigrationOutcome.RolledBack;
        Assert.True(rolledBack is not null, report.Outcome is MigrationOutcome.Unknown unknown ? $"{unknown.Failure} {string.Join(' ', unknown.Evidence)}" : $"{report.Outcome}");
        Assert.Equal(step, rolledBack.Failure.Step);
        Assert.All(says, text => Assert.Contains(text, rolledBack.Failure.ToString(), StringComparison.Ordinal));
        await Guest.Host.Ticks.WaitForTicksAsync(Guest.Host.Ticks.TicksSeen + 20, Cancellation);
        Assert.Equal(0, target.Ticks.TicksSeen);
        await target.Process.Exited.WaitAsync(Cancellation);
        await Guest.EndAsync(target);
        await AssertIntactAsync();
    }

    public async Task AssertIntactAsync()
    {
        var memory = await Guest.CheckMemoryAsync(Cancellation);
        Assert.True(memory.Intact, memory.ToString());
        var heartbeat = Guest.Heartbeat.Report();
        Assert.True(heartbeat.Perfect && !heartbeat.RanTwice, heartbeat.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        await Guest.DisposeAsync();
        Assert.False(Directory.Exists(Root), "something is left behind in " + Root);
    }

    public static InProcessTransport InProcess(IMtunnelHandler handler, MtunnelDialect dialect = MtunnelDialect.V1)
        => new((pipe, token) => MtunnelServer.ServeAsync(pipe, handler, new MtunnelServerOptions { Dialect = dialect }, token));

    public static QmpMtunnelHandler HandlerFor(GuestHost host) => new(_ => QmpEndpoint.Unix(host.Process.QmpPath));
}
