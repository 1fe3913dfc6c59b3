using Pve.Integration.Tests.Ssh;
using Pve.Migration;

namespace Pve.Integration.Tests.Proxmox;

/// <summary>Whose the guest is, by the folder that its configuration lies in.</summary>
public sealed class NodeSourceTests(SshdFixture sshd) : IDisposable
{
    private readonly StandInNode _node = new(sshd);

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task Every_call_twice_is_as_good_as_once()
    {
        var source = _node.Source;
        var before = await File.ReadAllTextAsync(_node.ConfigAt("a"), Test);
        await source.PrepareAsync(100, Test);
        await source.PrepareAsync(100, Test);
        Assert.Equal(["lock: migrate"], _node.LocksAt("a"));

        await source.CommitAsync(100, Test);
        await source.CommitAsync(100, Test);
        Assert.False(File.Exists(_node.ConfigAt("a")));
        Assert.Equal(["lock: migrate"], _node.LocksAt("b"));

        await source.RevertAsync(100, Test);
        await source.RevertAsync(100, Test);
        Assert.False(File.Exists(_node.ConfigAt("b")));
        Assert.Equal(before, await File.ReadAllTextAsync(_node.ConfigAt("a"), Test));
        Assert.Equal(["qm set 100 --lock migrate", "qm unlock 100"], _node.Calls);
    }

    [Fact]
    public async Task A_lock_of_somebody_else_is_refused_and_stays()
    {
        _node.On("source-qm-set", $"sed -i '1ilock: migrate' '{_node.ConfigAt("a")}'; echo 'VM is locked (migrate)' >&2; exit 255");
        var source = _node.Source;
        var e = await Assert.ThrowsAsync<OwnershipException>(() => source.PrepareAsync(100, Test));
        Assert.Equal("'qm set 100 --lock migrate' failed: it ended with code 255: VM is locked (migrate)", e.Message);
        await source.RevertAsync(100, Test);
        Assert.Equal(["lock: migrate"], _node.LocksAt("a"));
        await source.UnlockAsync(100, Test);
        Assert.Empty(_node.LocksAt("a"));
    }

    [Theory]
    [InlineData("migrate", "qm unlock 100")]
    [InlineData("backup")]
    public async Task A_lock_command_that_was_given_up_is_undone_where_it_did_lock(string found, params string[] undone)
    {
        _node.On("source-qm-set", $"sed -i '1ilock: {found}' '{_node.ConfigAt("a")}'; exec sleep 60");
        var source = new PveNodeSource(_node.SourceOptions with { CommandTimeout = TimeSpan.FromSeconds(5) });
        var e = await Assert.ThrowsAsync<OwnershipException>(() => source.PrepareAsync(100, Test));
        Assert.Contains("did not end within 5 s", e.Message, StringComparison.Ordinal);
        await source.RevertAsync(100, Test);
        Assert.Equal(["qm set 100 --lock migrate", .. undone], _node.Calls);
    }

    [Fact]
    public async Task Another_handover_finds_the_guest_where_it_is_and_does_not_unlock_it()
    {
        await _node.Source.PrepareAsync(100, Test);
        await _node.Source.CommitAsync(100, Test);
        await _node.Source.RevertAsync(100, Test);
        Assert.Equal(["lock: migrate"], _node.LocksAt("a"));
    }

    [Fact]
    public async Task A_configuration_at_both_nodes_is_left_alone()
    {
        File.Copy(_node.ConfigAt("a"), _node.ConfigAt("b"));
        foreach (var call in Calls(_node.Source))
        {
            Assert.Contains("at both nodes", (await Assert.ThrowsAsync<OwnershipException>(call)).Message, StringComparison.Ordinal);
        }

        Assert.Empty(_node.Calls);
    }

    [Fact]
    public async Task A_configuration_at_neither_node_is_told()
    {
        File.Delete(_node.ConfigAt("a"));
        foreach (var call in Calls(_node.Source))
        {
            Assert.Contains("at neither node", (await Assert.ThrowsAsync<OwnershipException>(call)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_node_that_is_not_in_the_cluster_gets_nothing()
    {
        var source = new PveNodeSource(_node.SourceOptions with { TargetNode = "c" });
        var e = await Assert.ThrowsAsync<OwnershipException>(() => source.CommitAsync(100, Test));
        Assert.Contains("node c", e.Remedy, StringComparison.Ordinal);
        Assert.True(File.Exists(_node.ConfigAt("a")));
    }

    [Fact]
    public async Task A_qm_that_is_not_there_locks_nothing()
    {
        var source = new PveNodeSource(_node.SourceOptions with { QmPath = "/no/such/qm" });
        Assert.Contains("could not be started", (await Assert.ThrowsAsync<OwnershipException>(() => source.PrepareAsync(100, Test))).Message, StringComparison.Ordinal);
        await source.RevertAsync(100, Test);
    }

    [Theory]
    [InlineData("../b")]
    [InlineData("b/qemu-server")]
    [InlineData(".")]
    [InlineData("")]
    [InlineData("b ")]
    [InlineData("-b")]
    [InlineData("b\n")]
    [InlineData("a")]
    public void What_is_no_other_node_is_refused(string node)
        => Assert.ThrowsAny<ArgumentException>(() => new PveNodeSource(_node.SourceOptions with { TargetNode = node }));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1_000_000_000)]
    public async Task What_is_no_VM_is_refused(int vmId)
        => await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _node.Source.CommitAsync(vmId, Test));

    private static Func<Task>[] Calls(PveNodeSource source)
        => [() => source.PrepareAsync(100, Test), () => source.CommitAsync(100, Test), () => source.RevertAsync(100, Test), () => source.UnlockAsync(100, Test)];
}
