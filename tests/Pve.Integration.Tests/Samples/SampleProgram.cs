using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Pve.Integration.Tests.Samples;

/// <summary>A sample's program, started as a user starts it, with a temporary directory of its own.</summary>
internal sealed class SampleProgram(string name) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly string _folder = Directory.CreateTempSubdirectory("pve-s-").FullName;

    /// <summary>Where this test's own runtime is, for programs that are started with little environment.</summary>
    public static string DotnetRoot => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));

    /// <summary>What the program takes for the machine's temporary directory.</summary>
    public string Temporary => Directory.CreateDirectory(Path.Combine(_folder, "tmp")).FullName;

    /// <summary>A directory with nothing in it, for a PATH that leads nowhere.</summary>
    public string Empty => Directory.CreateDirectory(Path.Combine(_folder, "empty")).FullName;

    /// <summary>Its process in the latest run.</summary>
    public int ProcessId { get; private set; }

    /// <summary>A path for a file that the program writes.</summary>
    public string NewFile(string file) => Path.Combine(_folder, file);

    /// <summary>Runs it to its end. It gets <paramref name="input"/> and then the end of its input, and TERM once it said something where that is asked.</summary>
    public async Task<SampleResult> RunAsync(
        IEnumerable<string> arguments, string? searchPath = null, string input = "", bool terminateAfterFirstLine = false)
    {
        var start = new ProcessStartInfo(BuiltProgram.PathOf(name), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder,
        };
        start.Environment["TMPDIR"] = Temporary;
        start.Environment["DOTNET_ROOT"] = DotnetRoot;
        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // whose sockets would lie in the temporary directory
        if (searchPath is not null)
        {
            start.Environment["PATH"] = searchPath;
        }

        using var process = Process.Start(start)!;
        ProcessId = process.Id;
        try
        {
            var output = terminateAfterFirstLine
                ? TerminateAsync(process)
                : process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            try
            {
                await process.StandardInput.WriteAsync(input);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // a program may end without reading all of it
            }

            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
            return new SampleResult(process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>Neither a file nor a process that knows this program's temporary directory is left.</summary>
    public void AssertNothingIsLeft()
    {
        Assert.Empty(Directory.EnumerateFileSystemEntries(Temporary));
        Assert.Empty(Directory.EnumerateDirectories("/proc").Where(Knows).Select(Path.GetFileName));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<string> TerminateAsync(Process process)
    {
        var first = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        using (var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]))
        {
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        return $"{first}\n{await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)}";
    }

    private bool Knows(string process)
    {
        try
        {
            return char.IsAsciiDigit(Path.GetFileName(process)[0])
                && File.ReadAllText(Path.Combine(process, "cmdline")).Contains(Temporary, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false; // it has just ended
        }
    }
}
