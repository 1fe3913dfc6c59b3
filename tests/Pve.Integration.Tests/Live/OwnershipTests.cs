using Pve.Migration;
using static Pve.Integration.Tests.Live.MigrationBench;

namespace Pve.Integration.Tests.Live;

public sealed class OwnershipTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("pve-owner-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task A_configuration_moves_with_its_guest_and_comes_back_where_the_target_dies_inside_the_pause()
    {
        string here = Path.Combine(_root, "a"), there = Path.Combine(_root, "b");
        Directory.CreateDirectory(here);
        Directory.CreateDirectory(there);
        await File.WriteAllTextAsync(Path.Combine(here, "100.conf"), "memory: 32\n", Cancellation);
        var ownership = new FolderOwnership(new FolderOwnershipOptions { SourceFolder = here, TargetFolder = there });
        await using var bench = await BootAsync();

        var dying = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        var killer = new KillingOwnership(ownership, async () =>
        {
            await dying.Process.KillAsync();
            await dying.Monitor.Ended;
        });
        var report = await bench.MigrateAsync(new LocalTarget(dying.AsIncoming()), change: request => request with { Ownership = killer });
        await bench.AssertStayedAsync(dying, report, "resume");
        Assert.True(killer.Moved);
        Assert.Equal([Path.Combine(here, "100.conf")], Directory.GetFiles(_root, "*", SearchOption.AllDirectories));

        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        report = await bench.MigrateAsync(new LocalTarget(target.AsIncoming()), change: request => request with { Ownership = ownership });
        await bench.AssertArrivedAsync(target, report);
        Assert.Equal([Path.Combine(there, "100.conf")], Directory.GetFiles(_root, "*", SearchOption.AllDirectories));
    }

    /// <summary>Kills the target once the guest is its own.</summary>
    private sealed class KillingOwnership(FolderOwnership inner, Func<Task> kill) : IOwnershipHandover
    {
        public bool Moved { get; private set; }

        public Task PrepareAsync(int vmId, CancellationToken cancellationToken) => inner.PrepareAsync(vmId, cancellationToken);

        public async Task CommitAsync(int vmId, CancellationToken cancellationToken)
        {
            await inner.CommitAsync(vmId, cancellationToken);
            Moved = true;
            await kill();
        }

        public Task RevertAsync(int vmId, CancellationToken cancellationToken) => inner.RevertAsync(vmId, cancellationToken);
    }
}
