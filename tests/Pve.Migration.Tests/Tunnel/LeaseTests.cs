using System.Runtime.Versioning;
using Pve.Migration.Tunnel;

namespace Pve.Migration.Tests.Tunnel;

public sealed class LeaseTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("leases-");

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public static TheoryData<bool> Kinds => [false, true];

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_newest_holder_has_it_and_ends_it_once(bool inDirectory)
    {
        var leases = New(inDirectory);
        var older = await leases.TakeAsync(100, Test);
        var newer = await leases.TakeAsync(100, Test);
        Assert.False(await leases.EndAsync(100, older, () => throw new InvalidOperationException(), Test));
        var ended = 0;
        Assert.True(await leases.EndAsync(100, newer, () => Task.FromResult(ended++), Test));
        Assert.False(await leases.EndAsync(100, newer, () => Task.FromResult(ended++), Test));
        Assert.Equal(1, ended);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Nobody_takes_it_over_while_its_end_is_carried_out(bool inDirectory)
    {
        var (mine, theirs) = inDirectory ? (New(true), New(true)) : Twice(New(false));
        var lease = await mine.TakeAsync(100, Test);
        var (begun, finish) = (new TaskCompletionSource(), new TaskCompletionSource());
        var ending = mine.EndAsync(100, lease, () =>
        {
            begun.SetResult();
            return finish.Task;
        }, Test);
        await begun.Task.WaitAsync(Test);
        var taking = theirs.TakeAsync(100, Test);
        Assert.False(taking.IsCompleted);
        Assert.NotEqual(await theirs.TakeAsync(101, Test), Guid.Empty); // another VM's is free
        finish.SetResult();
        Assert.True(await ending.WaitAsync(Test));
        await taking.WaitAsync(Test);
    }

    [Fact]
    public async Task One_in_a_directory_leaves_an_empty_file()
    {
        var leases = New(true);
        await leases.EndAsync(100, await leases.TakeAsync(100, Test), cancellationToken: Test);
        Assert.Equal(0, Assert.Single(_directory.GetFiles()).Length);
    }

    [Fact]
    public async Task What_somebody_else_wrote_into_the_file_is_nobodys_lease()
    {
        var leases = New(true);
        var lease = await leases.TakeAsync(100, Test);
        await File.WriteAllTextAsync(Path.Combine(_directory.FullName, "100.lease"), "junk", Test);
        Assert.False(await leases.EndAsync(100, lease, cancellationToken: Test));
    }

    [Fact]
    public void A_directory_that_is_not_there_is_named()
        => Assert.Contains("/nowhere", Assert.Throws<DirectoryNotFoundException>(() => MtunnelLeases.InDirectory("/nowhere")).Message);

    // who may read the file may hold it
    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_lease_is_its_owners_alone()
    {
        await New(inDirectory: true).TakeAsync(100, Test);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_directory.FullName, "100.lease")));
    }

    private IMtunnelLeases New(bool inDirectory) => inDirectory ? MtunnelLeases.InDirectory(_directory.FullName) : new ProcessLeases();

    private static (IMtunnelLeases, IMtunnelLeases) Twice(IMtunnelLeases leases) => (leases, leases);
}
