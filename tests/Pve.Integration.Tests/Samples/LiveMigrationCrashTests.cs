using static Pve.Integration.Tests.Samples.LiveMigrationProgram;

namespace Pve.Integration.Tests.Samples;

/// <summary>The program dies in the middle of a migration, and is started again.</summary>
public sealed class LiveMigrationCrashTests : IDisposable
{
    private const int Killed = 137;

    private readonly LiveMigrationProgram _sample = new();

    public void Dispose() => _sample.Dispose();

    [Theory]
    [InlineData("copy-ram:crash", "source")]
    [InlineData("finish-mirrors:crash", "source", "--disk", "2")] // the guest is paused at pre-switchover, for whoever comes
    [InlineData("resume:crash", "target")]
    public async Task R7_A_crash_is_recovered_from(string chaos, string side, params string[] options)
    {
        await RealQemu.RequireAsync();
        var journal = _sample.Program.NewFile("journal");

        var crashed = await _sample.Program.RunAsync([.. SmallGuest, "--target", "local", "--journal", journal, "--chaos", chaos, .. options]);
        Assert.Equal(Killed, crashed.ExitCode);
        var recovered = await _sample.Program.RunAsync(["--recover", journal]);

        recovered.AssertSucceeded();
        Assert.Contains($"Recovered: the guest runs on the {side}.", recovered.Output, StringComparison.Ordinal);
        _sample.Program.AssertNothingIsLeft();
    }

    [Fact]
    public async Task A_pair_that_was_left_is_not_forgotten_for_another_one()
    {
        await RealQemu.RequireAsync();
        var journal = _sample.Program.NewFile("journal");
        await File.WriteAllTextAsync(journal + ".lab", "where they are", TestContext.Current.CancellationToken);

        var refused = await _sample.Program.RunAsync([.. SmallGuest, "--target", "local", "--journal", journal]);
        refused.AssertRefused(2, "livemigration", $"end that one first: --recover {journal}");
        Assert.Equal("where they are", await File.ReadAllTextAsync(journal + ".lab", TestContext.Current.CancellationToken));
        File.Delete(journal + ".lab");
    }

    [Theory]
    [InlineData("copy-ram:kill-target", 1, "Rolled back: the guest runs on the source, the target is ended.")]
    [InlineData("resume:kill-source", 0, "Migrated")] // the target has all of it by then
    public async Task A_fault_that_is_shown_is_told_as_any_other(string chaos, int exitCode, string says)
    {
        await RealQemu.RequireAsync();
        var result = await _sample.Program.RunAsync([.. SmallGuest, "--target", "local", "--chaos", chaos]);
        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains(says, result.Output, StringComparison.Ordinal);
        _sample.Program.AssertNothingIsLeft();
    }
}
