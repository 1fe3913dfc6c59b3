using System.Diagnostics;

namespace Pve.Integration.Tests.Samples;

/// <summary>An mtunnel that serves clients at a socket until it is told to end; its log is read as it comes.</summary>
internal sealed class RunningMtunnel : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process _process;

    private RunningMtunnel(Process process) => _process = process;

    /// <summary>Where it serves, as it says.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Starts it, and waits until it serves.</summary>
    public static async Task<RunningMtunnel> StartAsync(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(BuiltProgram.PathOf("mtunnel"), [.. arguments, "--log", "stderr"])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_ROOT"] = SampleProgram.DotnetRoot;
        start.Environment.Remove("JOURNAL_STREAM");
        var running = new RunningMtunnel(Process.Start(start)!);
        const string served = "clients are served at ";
        var line = await running.WaitForLineAsync(served);
        running.Address = line[(line.IndexOf(served, StringComparison.Ordinal) + served.Length)..];
        return running;
    }

    /// <summary>Reads its log until a line has this text, and returns that.</summary>
    public async Task<string> WaitForLineAsync(string text)
    {
        var passed = new List<string>();
        while (await _process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken) is { } line)
        {
            passed.Add(line);
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }
        }

        Assert.Fail($"it never said '{text}', but: {string.Join('\n', passed)}");
        return "";
    }

    /// <summary>Sends TERM and returns its exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]))
        {
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Ends it on the spot; what it started lives on, and is the test's to look at.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }
}
