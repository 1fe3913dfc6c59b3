namespace Pve.Migration.Tests.Ownership;

/// <summary>What every handover must do, on real files. Each call is made by a new instance, as if the process before had crashed.</summary>
public abstract class HandoverContract : IDisposable
{
    protected const int Vm = 100;

    protected string Root { get; } = Directory.CreateTempSubdirectory("pve-owner-").FullName;

    protected static CancellationToken Test => TestContext.Current.CancellationToken;

    protected abstract IOwnershipHandover New();

    /// <summary>Who owns the guest by what lies on the disk.</summary>
    protected abstract string Owner { get; }

    /// <summary>What of the handover lies on the disk beside that.</summary>
    protected abstract IEnumerable<string> Leftovers { get; }

    public void Dispose()
    {
        Directory.Delete(Root, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Every_call_twice_is_as_good_as_once()
    {
        await New().PrepareAsync(Vm, Test);
        await New().PrepareAsync(Vm, Test);
        Assert.Equal("source", Owner);
        await New().CommitAsync(Vm, Test);
        await New().CommitAsync(Vm, Test);
        Assert.Equal("target", Owner);
        Assert.Empty(Leftovers);
        await New().RevertAsync(Vm, Test);
        await New().RevertAsync(Vm, Test);
        Assert.Equal("source", Owner);
        Assert.Empty(Leftovers);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task What_a_process_that_crashed_between_two_steps_left_can_be_given_back_and_migrated_again(int stepsDone)
    {
        var crashed = New();
        Func<Task>[] steps = [() => crashed.PrepareAsync(Vm, Test), () => crashed.CommitAsync(Vm, Test)];
        foreach (var step in steps.Take(stepsDone))
        {
            await step();
        }

        await New().RevertAsync(Vm, Test);
        Assert.Equal("source", Owner);
        Assert.Empty(Leftovers);

        await New().PrepareAsync(Vm, Test);
        await New().CommitAsync(Vm, Test);
        Assert.Equal("target", Owner);
    }

    [Fact]
    public async Task A_guest_of_the_targets_is_not_prepared()
    {
        await New().PrepareAsync(Vm, Test);
        await New().CommitAsync(Vm, Test);
        var e = await Assert.ThrowsAsync<OwnershipException>(() => New().PrepareAsync(Vm, Test));
        Assert.Contains("RevertAsync", e.Remedy, StringComparison.Ordinal);
        Assert.Equal("target", Owner);
    }

    [Fact]
    public async Task A_folder_that_is_gone_is_told_and_nothing_else_changes()
    {
        await New().PrepareAsync(Vm, Test);
        Directory.Move(Root, Root + "-away");
        try
        {
            await Assert.ThrowsAsync<OwnershipException>(() => New().CommitAsync(Vm, Test));
        }
        finally
        {
            Directory.Move(Root + "-away", Root);
        }

        Assert.Equal("source", Owner);
    }
}
