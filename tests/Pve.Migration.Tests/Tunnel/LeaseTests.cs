using System.Runtime.Versioning;
using Microsoft.Extensions.Time.Testing;
using Pve.Migration.Tunnel;

namespace Pve.Migration.Tests.Tunnel;

public sealed class LeaseTests : IDisposable
{
    private static readonly TimeSpan After = TimeSpan.FromMinutes(5);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("leases-");
    private readonly FakeTimeProvider _time = new();
    private int _acts;

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public static TheoryData<bool> Kinds => [false, true];

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_last_one_to_go_acts_after_the_lease(bool inDirectory)
    {
        var leases = New(inDirectory);
        var older = await leases.JoinAsync(100, Test);
        var newer = await leases.JoinAsync(100, Test);
        Assert.False(await EndAsync(older)); // the other one is there
        Assert.False(await EndAsync(older));
        var began = _time.GetUtcNow();
        Assert.True(await OverAsync(EndAsync(newer)));
        Assert.True(_time.GetUtcNow() - began >= After);
        Assert.False(await EndAsync(newer));
        Assert.Equal(1, _acts);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task One_that_leaves_politely_takes_nothing_along(bool inDirectory)
    {
        var leases = New(inDirectory);
        var first = await leases.JoinAsync(100, Test);
        await using (await leases.JoinAsync(100, Test))
        {
            // it comes and quits
        }

        Assert.True(await OverAsync(EndAsync(first)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Who_comes_ends_the_wait_at_once(bool inDirectory)
    {
        var leases = New(inDirectory);
        var ending = EndAsync(await leases.JoinAsync(100, Test));
        await (await leases.JoinAsync(101, Test)).DisposeAsync(); // another VM's
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(ending.IsCompleted);
        await using var newcomer = await leases.JoinAsync(100, Test);
        if (inDirectory)
        {
            Assert.False(await OverAsync(ending));
        }
        else
        {
            Assert.False(await ending.WaitAsync(Test)); // without any time
        }

        Assert.Equal(0, _acts);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Nobody_joins_while_a_clean_up_is_carried_out(bool inDirectory)
    {
        var (mine, theirs) = inDirectory ? (New(true), New(true)) : Twice(New(false));
        var (begun, finish) = (new TaskCompletionSource(), new TaskCompletionSource());
        var ending = (await mine.JoinAsync(100, Test)).EndAsync(TimeSpan.Zero, () =>
        {
            begun.SetResult();
            return finish.Task;
        }, _time, Test);
        await begun.Task.WaitAsync(Test);
        var joining = theirs.JoinAsync(100, Test);
        Assert.False(joining.IsCompleted);
        await using var another = await theirs.JoinAsync(101, Test); // another VM's is free
        finish.SetResult();
        Assert.True(await ending.WaitAsync(Test));
        await (await joining.WaitAsync(Test)).DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task One_whose_wait_was_cut_short_has_left_all_the_same(bool inDirectory)
    {
        var leases = New(inDirectory);
        var first = await leases.JoinAsync(100, Test);
        using var stop = new CancellationTokenSource();
        var cut = EndAsync(await leases.JoinAsync(101, Test), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cut);
        Assert.True(await OverAsync(EndAsync(await leases.JoinAsync(101, Test))));
        await first.DisposeAsync();
    }

    [Fact]
    public async Task One_in_a_directory_leaves_an_empty_file()
    {
        await using (await New(true).JoinAsync(100, Test))
        {
            Assert.Equal(2, _directory.GetFiles().Length);
        }

        Assert.Equal(0, Assert.Single(_directory.GetFiles()).Length);
    }

    [Fact]
    public async Task A_tunnel_that_was_killed_counts_no_more()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory.FullName, "100.0123.tunnel"), "", Test);
        Assert.True(await OverAsync(EndAsync(await New(true).JoinAsync(100, Test))));
        Assert.Single(_directory.GetFiles());
    }

    [Fact]
    public async Task What_somebody_else_wrote_into_the_file_is_nobodys_lease()
    {
        var ending = EndAsync(await New(true).JoinAsync(100, Test));
        while (!TryScribble())
        {
            Test.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        Assert.False(await OverAsync(ending));
    }

    [Fact]
    public void A_directory_that_is_not_there_is_named()
        => Assert.Contains("/nowhere", Assert.Throws<DirectoryNotFoundException>(() => MtunnelLeases.InDirectory("/nowhere")).Message);

    // who may read the file may hold it
    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_lease_is_its_owners_alone()
    {
        await using var lease = await New(inDirectory: true).JoinAsync(100, Test);
        Assert.All(_directory.GetFiles(), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file.FullName)));
    }

    // once the lease has begun: the clock stands still, so nobody looks from then on
    private bool TryScribble()
    {
        try
        {
            using var file = new FileStream(Path.Combine(_directory.FullName, "100.lease"), FileMode.Open, FileAccess.Write, FileShare.None);
            if (file.Length > 0)
            {
                file.Write("junk"u8);
                return true;
            }
        }
        catch (IOException)
        {
            // it is being written to
        }

        return false;
    }

    private Task<bool> EndAsync(IMtunnelLease lease, CancellationToken? cancellation = null)
        => lease.EndAsync(After, () => Task.FromResult(_acts++), _time, cancellation ?? Test);

    // A directory is looked at again and again, and each look takes real time: time goes on until it is over.
    private async Task<bool> OverAsync(Task<bool> ending)
    {
        while (!ending.IsCompleted)
        {
            Test.ThrowIfCancellationRequested();
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        return await ending;
    }

    private IMtunnelLeases New(bool inDirectory) => inDirectory ? MtunnelLeases.InDirectory(_directory.FullName) : new ProcessLeases();

    private static (IMtunnelLeases, IMtunnelLeases) Twice(IMtunnelLeases leases) => (leases, leases);
}
