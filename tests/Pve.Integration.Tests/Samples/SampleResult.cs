namespace Pve.Integration.Tests.Samples;

/// <summary>How a program ended and what it said.</summary>
internal sealed record SampleResult(int ExitCode, string Output, string Error)
{
    /// <summary>A refusal: nothing but one line, which says <paramref name="what"/>, and the exit code.</summary>
    public void AssertRefused(int exitCode, string program, string what)
    {
        Assert.Equal(exitCode, ExitCode);
        var line = Assert.Single(Error.TrimEnd('\n').Split('\n'));
        Assert.StartsWith(program + ": ", line, StringComparison.Ordinal);
        Assert.Contains(what, line, StringComparison.Ordinal);
        Assert.Empty(Output);
    }

    /// <summary>Success, without a complaint.</summary>
    public void AssertSucceeded()
    {
        Assert.True(ExitCode == 0, $"{ExitCode}: {Error}\n{Output}");
        Assert.Empty(Error);
    }
}
