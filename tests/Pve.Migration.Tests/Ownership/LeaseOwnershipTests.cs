namespace Pve.Migration.Tests.Ownership;

public sealed class LeaseOwnershipTests : HandoverContract
{
    // Nobody has a lease of a guest that was never handed over: it is the source's to take.
    protected override string Owner => File.Exists(Path.Combine(Root, "100.owner")) ? Lease.Owner : "source";

    protected override IEnumerable<string> Leftovers => Directory.EnumerateFiles(Root).Where(file => file.EndsWith(".next", StringComparison.Ordinal));

    private OwnershipLease Lease
    {
        get
        {
            var words = File.ReadAllText(Path.Combine(Root, "100.owner")).TrimEnd('\n').Split(' ');
            return new OwnershipLease(Vm, words[0], long.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    protected override IOwnershipHandover New() => Between("source", "target");

    [Fact]
    public async Task The_token_grows_with_each_change_of_the_owner_and_never_shrinks()
    {
        var seen = new List<OwnershipLease>();
        for (var i = 0; i < 2; i++)
        {
            await New().PrepareAsync(Vm, Test);
            seen.Add(Lease);
            await New().CommitAsync(Vm, Test);
            seen.Add(Lease);
            await New().RevertAsync(Vm, Test);
        }

        seen.Add(Lease);
        Assert.Equal([1, 2, 3, 4, 5], seen.Select(lease => lease.Token));
        Assert.Equal(seen[^1], await Between("source", "target").ReadAsync(Vm, Test));
    }

    [Fact]
    public async Task A_guest_of_somebody_else_is_nobodys_here()
    {
        await Between("third", "fourth").PrepareAsync(Vm, Test);
        var ownership = New();
        foreach (var call in new[] { ownership.PrepareAsync, (Func<int, CancellationToken, Task>)ownership.CommitAsync, ownership.RevertAsync })
        {
            var e = await Assert.ThrowsAsync<OwnershipException>(() => call(Vm, Test));
            Assert.Contains("owned by third (token 1)", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_was_prepared_before_the_owner_changed_is_worth_nothing()
    {
        await New().PrepareAsync(Vm, Test);
        var stale = await File.ReadAllTextAsync(Path.Combine(Root, "100.owner.next"), Test);
        await New().CommitAsync(Vm, Test);
        await New().RevertAsync(Vm, Test);
        await File.WriteAllTextAsync(Path.Combine(Root, "100.owner.next"), stale, Test);

        var e = await Assert.ThrowsAsync<OwnershipException>(() => New().CommitAsync(Vm, Test));
        Assert.Contains("was not prepared", e.Message, StringComparison.Ordinal);
        Assert.Equal(new OwnershipLease(Vm, "source", 3), Lease);
    }

    [Fact]
    public async Task A_right_that_was_used_is_not_revoked_and_one_that_was_revoked_is_not_used()
    {
        await New().PrepareAsync(Vm, Test);
        await Assert.ThrowsAsync<OwnershipException>(() => New().ClaimAsync(Vm, Test)); // it is the source's yet
        await New().CommitAsync(Vm, Test);
        await New().ClaimAsync(Vm, Test);
        await New().ClaimAsync(Vm, Test);
        Assert.False(await New().TryRevokeAsync(Vm, Test));
        Assert.Equal("target", Owner);
        await New().RevertAsync(Vm, Test); // by who has proven the target dead

        await New().PrepareAsync(Vm, Test);
        await New().CommitAsync(Vm, Test);
        Assert.True(await New().TryRevokeAsync(Vm, Test)); // an older token's claim counts for nothing
        Assert.True(await New().TryRevokeAsync(Vm, Test));
        Assert.Equal("source", Owner);
        await Assert.ThrowsAsync<OwnershipException>(() => New().ClaimAsync(Vm, Test));
    }

    [Fact]
    public async Task Of_a_claim_and_a_revocation_at_once_one_wins_at_most()
    {
        for (var i = 0; i < 50; i++)
        {
            await New().PrepareAsync(Vm, Test);
            await New().CommitAsync(Vm, Test);
            var (claims, revokes) = (Task.Run(() => New().ClaimAsync(Vm, Test), Test), Task.Run(() => New().TryRevokeAsync(Vm, Test), Test));
            await Task.WhenAll(claims, revokes).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            Assert.False(claims.IsCompletedSuccessfully && revokes is { IsCompletedSuccessfully: true, Result: true });
            await New().RevertAsync(Vm, Test);
        }
    }

    [Fact]
    public async Task While_one_changes_the_lease_nobody_else_can()
    {
        await New().PrepareAsync(Vm, Test);
        await using (new FileStream(Path.Combine(Root, "100.owner.lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            await Assert.ThrowsAsync<OwnershipException>(() => New().CommitAsync(Vm, Test));
        }

        await New().CommitAsync(Vm, Test);
        Assert.Equal("target", Owner);
    }

    [Theory]
    [InlineData("")]
    [InlineData("source")]
    [InlineData("source x")]
    [InlineData(" 1")]
    public async Task A_file_that_is_no_lease_is_not_taken_for_one(string text)
    {
        await File.WriteAllTextAsync(Path.Combine(Root, "100.owner"), text, Test);
        await Assert.ThrowsAsync<OwnershipException>(() => New().PrepareAsync(Vm, Test));
        Assert.Equal(text, await File.ReadAllTextAsync(Path.Combine(Root, "100.owner"), Test));
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData("", "b")]
    [InlineData("a\nb 9", "b")]
    [InlineData("a ", "b")]
    public void Names_that_make_no_line_are_refused(string source, string target) => Assert.Throws<ArgumentException>(() => Between(source, target));

    private LeaseOwnership Between(string source, string target) => new(new LeaseOwnershipOptions { Folder = Root, Source = source, Target = target });
}
