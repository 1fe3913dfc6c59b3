using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Mtunnel.Hosting;

/// <summary>
/// QEMU serves one client a monitor. A command on its own, as the old way has it, asks the VM's tunnel for it by a file beside the monitor; the
/// command then waits with the kernel until QEMU has lost the tunnel's connection.
/// </summary>
internal sealed class MonitorRequest : IDisposable
{
    private readonly string _path;

    private MonitorRequest(string path) => _path = path;

    /// <summary>Asks for it until disposed; nothing where the folder may not be written to, or no tunnel heeds it.</summary>
    public static MonitorRequest? Make(HostFolders folders, int vmid)
    {
        var path = Path.Combine(folders.Monitors, NameOf(vmid));
        try
        {
            using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            return new MonitorRequest(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Gives the monitor away whenever it is asked for, until disposed.</summary>
    public static IDisposable? Heed(HostFolders folders, int vmid, Func<Task> release, ILogger logger)
    {
        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new FileSystemWatcher(folders.Monitors, NameOf(vmid)) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite };
            watcher.Created += (_, _) => _ = release();
            watcher.Changed += (_, _) => _ = release();
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            watcher?.Dispose();
            logger.LogWarning("VM {Vmid}'s monitor is kept until the tunnel ends: {Message}", vmid, e.Message);
            return null;
        }
    }

    public void Dispose() => File.Delete(_path);

    private static string NameOf(int vmid) => string.Create(CultureInfo.InvariantCulture, $"{vmid}.wanted");
}
