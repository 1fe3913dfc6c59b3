using System.ComponentModel;
using System.Diagnostics;
using Pve.Migration;

namespace Mtunnel.Hosting;

/// <summary>A process that was started here, with the end of what it says, and reaped by us. It is given arguments, never a command line.</summary>
internal sealed class Child : IDisposable
{
    private static readonly TimeSpan OutputGrace = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly OutputTail _said = new();
    private readonly TimeProvider _time;

    private Child(Process process, TimeProvider time)
    {
        (_process, _time, Pid) = (process, time, process.Id);
        process.StandardInput.Close();
        Exited = WaitForExitAsync();
    }

    public int Pid { get; }

    /// <summary>Its exit code, once it has been reaped.</summary>
    public Task<int> Exited { get; }

    /// <summary>The end of what it wrote, in one line.</summary>
    public string Said => _said.ToString();

    /// <param name="line">The program and its arguments.</param>
    /// <param name="folder">Its working directory.</param>
    /// <param name="staysBehind">Whether it outlives us: then it gets a session of its own, so that a Ctrl-C meant for us does not end it.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="MtunnelRefusedException">There is no such program, or it cannot be executed.</exception>
    public static Child Start(IReadOnlyList<string> line, string folder, bool staysBehind, TimeProvider time)
    {
        var program = Find(line[0]) ?? throw new MtunnelRefusedException($"there is no program {line[0]} here");
        var arguments = line.Skip(1);
        if (staysBehind && Find("setsid") is { } setsid)
        {
            (program, arguments) = (setsid, line.Skip(1).Prepend(program)); // it executes the program in its place: same pid
        }

        try
        {
            return new Child(
                Process.Start(new ProcessStartInfo(program, arguments)
                {
                    WorkingDirectory = folder,
                    RedirectStandardInput = true,
                    RedirectStandardOutput = true, // ours belongs to the tunnel
                    RedirectStandardError = true,
                })!,
                time);
        }
        catch (Win32Exception e)
        {
            throw new MtunnelRefusedException($"{line[0]} cannot be executed: {e.Message}");
        }
    }

    /// <summary>Waits for its end, kills it when the time is over, and returns when it has been reaped.</summary>
    public async Task EndAsync(TimeSpan patience)
    {
        await ((Task)Exited).WaitAsync(patience, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!Exited.IsCompleted)
        {
            _process.Kill();
        }

        await Exited;
    }

    /// <summary>Lets go of it; it runs on.</summary>
    public void Dispose() => _process.Dispose();

    private static string? Find(string program)
        => program.Contains('/', StringComparison.Ordinal)
            ? (File.Exists(program) ? Path.GetFullPath(program) : null)
            : (Environment.GetEnvironmentVariable("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin").Split(':', StringSplitOptions.RemoveEmptyEntries)
                .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private async Task<int> WaitForExitAsync()
    {
        var said = Task.WhenAll(_said.CopyFromAsync(_process.StandardError), _said.CopyFromAsync(_process.StandardOutput));
        await _process.WaitForExitAsync();
        await said.WaitAsync(OutputGrace, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // a child of its own may hold it open
        return _process.ExitCode;
    }
}
