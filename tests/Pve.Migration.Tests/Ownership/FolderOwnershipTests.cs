namespace Pve.Migration.Tests.Ownership;

public sealed class FolderOwnershipTests : HandoverContract
{
    private const string Content = "memory: 4096\nscsi0: local:vm-100-disk-0\n";

    public FolderOwnershipTests()
    {
        Directory.CreateDirectory(SourceFolder);
        Directory.CreateDirectory(TargetFolder);
        File.WriteAllText(Path.Combine(SourceFolder, "100.conf"), Content);
    }

    protected override string Owner
        => Assert.Single(
            new[] { ("source", SourceFolder), ("target", TargetFolder) },
            at => File.Exists(Path.Combine(at.Item2, "100.conf")) && File.ReadAllText(Path.Combine(at.Item2, "100.conf")) == Content).Item1;

    protected override IEnumerable<string> Leftovers
        => Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "100.conf");

    private string SourceFolder => Path.Combine(Root, "a");

    private string TargetFolder => Path.Combine(Root, "b");

    protected override IOwnershipHandover New() => new FolderOwnership(new FolderOwnershipOptions { SourceFolder = SourceFolder, TargetFolder = TargetFolder });

    [Fact]
    public async Task A_file_at_both_or_at_neither_is_no_state_to_go_on_from()
    {
        var there = Path.Combine(TargetFolder, "100.conf");
        await File.WriteAllTextAsync(there, "another", Test);
        foreach (var call in Calls())
        {
            Assert.Contains("at both folders", (await Assert.ThrowsAsync<OwnershipException>(call)).Message, StringComparison.Ordinal);
        }

        Assert.Equal("another", await File.ReadAllTextAsync(there, Test));
        File.Delete(there);
        File.Delete(Path.Combine(SourceFolder, "100.conf"));
        foreach (var call in Calls())
        {
            Assert.Contains("at neither folder", (await Assert.ThrowsAsync<OwnershipException>(call)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Folders_in_two_file_systems_are_refused_before_the_pause()
    {
        Assert.SkipUnless(Directory.Exists("/dev/shm"), "There is no second file system.");
        var elsewhere = Path.Combine("/dev/shm", Path.GetFileName(Root));
        Directory.CreateDirectory(elsewhere);
        try
        {
            var ownership = new FolderOwnership(new FolderOwnershipOptions { SourceFolder = SourceFolder, TargetFolder = elsewhere });
            var e = await Assert.ThrowsAsync<OwnershipException>(() => ownership.PrepareAsync(Vm, Test));
            Assert.Contains("in one file system", e.Remedy, StringComparison.Ordinal);
            Assert.Equal("source", Owner);
            Assert.Empty(Leftovers);
            Assert.Empty(Directory.GetFiles(elsewhere));
        }
        finally
        {
            Directory.Delete(elsewhere);
        }
    }

    [Fact]
    public void The_same_folder_twice_is_refused()
        => Assert.Throws<ArgumentException>(() => new FolderOwnership(new FolderOwnershipOptions { SourceFolder = SourceFolder, TargetFolder = SourceFolder + "/." }));

    private Func<Task>[] Calls()
    {
        var ownership = New();
        return [() => ownership.PrepareAsync(Vm, Test), () => ownership.CommitAsync(Vm, Test), () => ownership.RevertAsync(Vm, Test)];
    }
}
