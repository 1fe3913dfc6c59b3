using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Pve.Migration.Transports;

// A child with its three standard streams: started by argument list, never through a shell, ended by a ladder that always ends.
internal sealed class ChildProcess : IDisposable
{
    private const int MaxErrorBytes = 8192;
    private const int SigTerm = 15;

    private readonly Process _process;
    private readonly TimeProvider _time;
    private readonly ByteTail _error = new(MaxErrorBytes);

    private ChildProcess(Process process, TimeProvider time)
    {
        _process = process;
        _time = time;
        Id = process.Id;
        Input = process.StandardInput.BaseStream;
        Output = process.StandardOutput.BaseStream;
        Exited = Task.Run(ExitAsync);
        ErrorRead = Task.Run(ReadErrorAsync);
    }

    public int Id { get; }

    public Stream Input { get; }

    public Stream Output { get; }

    // the exit code; 128 + signal where one ended it
    public Task<int> Exited { get; }

    // stderr has ended; a grandchild may hold it open long after the child is gone
    public Task ErrorRead { get; }

    // its last 8 KiB
    public string StandardError => _error.ToString();

    public static ChildProcess Start(string path, IEnumerable<string> arguments, TimeProvider time)
    {
        var start = new ProcessStartInfo(path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        return new ChildProcess(Process.Start(start)!, time);
    }

    // Its input was closed by the caller. Returns once the child is reaped.
    public async Task EndAsync(TimeSpan closeGrace, TimeSpan terminateGrace)
    {
        if (await Exited.WithinAsync(closeGrace, _time).ConfigureAwait(false))
        {
            return;
        }

        if (Terminate() && await Exited.WithinAsync(terminateGrace, _time).ConfigureAwait(false))
        {
            return;
        }

        _process.Kill();
        await Exited.ConfigureAwait(false);
    }

    // Process itself would leave the streams to the garbage collector.
    public void Dispose()
    {
        Input.Dispose();
        Output.Dispose();
        _process.StandardError.Dispose();
        _process.Dispose();
    }

    private async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().ConfigureAwait(false);
        return _process.ExitCode;
    }

    private async Task ReadErrorAsync()
    {
        byte[] buffer = new byte[1024];
        try
        {
            Stream error = _process.StandardError.BaseStream;
            int read;
            while ((read = await error.ReadAsync(buffer).ConfigureAwait(false)) > 0)
            {
                _error.Append(buffer.AsSpan(0, read));
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // disposed while somebody else still held it open
        }
    }

    private bool Terminate() => !OperatingSystem.IsWindows() && Kill(Id, SigTerm) == 0;

#pragma warning disable SYSLIB1054 // LibraryImport would want unsafe code for the whole project
    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
#pragma warning restore SYSLIB1054
}
