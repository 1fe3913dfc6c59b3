using System.Diagnostics;

namespace Pve.Integration.Tests.Qmp;

/// <summary>
/// A QEMU without a guest, its monitors as unix sockets in a directory of its own, and one more on a TCP port that the kernel chooses;
/// ended by its process, and the directory removed.
/// </summary>
internal sealed class QemuProcess : IAsyncDisposable
{
    private const string Binary = "qemu-system-x86_64";

    private readonly Process _process;

    private QemuProcess(Process process, string directory) => (_process, Directory) = (process, directory);

    public string Directory { get; }

    public int Id => _process.Id;

    public static bool Exists
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, Binary)));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public string Monitor(string name) => Path.Combine(Directory, name);

    /// <summary>Starts QEMU and waits until its main loop is about to run.</summary>
    public static async Task<QemuProcess> StartAsync(params string[] monitors)
    {
        Assert.SkipUnless(Exists, $"{Binary} is not installed");
        var directory = System.IO.Directory.CreateTempSubdirectory("qmp-").FullName;
        var start = new ProcessStartInfo(Binary, ["-machine", "none", "-nodefaults", "-display", "none", "-S", "-qmp", "stdio",
            "-chardev", "socket,id=tcp,host=127.0.0.1,port=0,server=on,wait=off", "-mon", "chardev=tcp,mode=control"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var monitor in monitors)
        {
            start.ArgumentList.Add("-qmp");
            start.ArgumentList.Add($"unix:{Path.Combine(directory, monitor)},server=on,wait=off");
        }

        var qemu = new QemuProcess(Process.Start(start)!, directory);
        try
        {
            // every socket listens before the first monitor greets
            Assert.StartsWith("{\"QMP\"", await qemu._process.StandardOutput.ReadLineAsync(Ct), StringComparison.Ordinal);
            return qemu;
        }
        catch
        {
            await qemu.DisposeAsync();
            throw;
        }
    }

    public Task WaitForExitAsync() => _process.WaitForExitAsync(Ct);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
