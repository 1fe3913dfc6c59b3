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
    public async Task A_fault_that_is_shown_is_told_as_any_other()
    {
        await RealQemu.RequireAsync();
        var result = await _sample.Program.RunAsync([.. SmallGuest, "--target", "local", "--chaos", "copy-ram:kill-target"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Rolled back: the guest runs on the source, the target is ended.", result.Output, StringComparison.Ordinal);
        _sample.Program.AssertNothingIsLeft();
    }
}
