using System.ComponentModel;
using System.Diagnostics;

namespace DowntimeLab.Real;

/// <summary>Runs a program of the system that is done at once.</summary>
internal static class Tool
{
    /// <exception cref="LabException">It failed, or cannot be run.</exception>
    public static async Task RunAsync(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = process.StandardOutput.ReadToEndAsync();
            var error = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            await output;
            if (process.ExitCode != 0)
            {
                throw new LabException($"{program} {string.Join(' ', arguments)} failed: {error.ReplaceLineEndings(" ").Trim()}", exitCode: 2);
            }
        }
        catch (Win32Exception e)
        {
            throw new LabException($"{program} cannot be run: {e.Message}", exitCode: 2);
        }
    }

    /// <summary>Where the PATH, or the system's own folders, have a program; null where they have not.</summary>
    public static string? Find(string program)
        => $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin".Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
}
