using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Mtunnel.Hosting;

/// <summary>
/// QEMU serves one client a monitor. Who needs it asks the VM's other tunnels for it, each a process of its own over ssh, by a file that appears beside
/// the monitor for a moment; then it waits with the kernel until QEMU has lost their connection.
/// </summary>
internal sealed class MonitorRequest(HostFolders folders)
{
    // nobody asks himself
    private readonly string _asker = Guid.NewGuid().ToString("N");

    /// <summary>Asks for it; nothing where the folder may not be written to, or no tunnel heeds it.</summary>
    public void Make(int vmid)
    {
        var path = Path.Combine(folders.Monitors, NameOf(vmid, _asker));
        try
        {
            using var file = PrivateFile.Open(path, FileMode.OpenOrCreate);
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // whoever has it keeps it
        }
    }

    /// <summary>Gives the monitor away whenever another asks for it, until disposed.</summary>
    public IDisposable? Heed(int vmid, Func<Task> release, ILogger logger)
    {
        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new FileSystemWatcher(folders.Monitors, NameOf(vmid, "*")) { NotifyFilter = NotifyFilters.FileName };
            watcher.Created += (_, made) => _ = made.Name == NameOf(vmid, _asker) ? Task.CompletedTask : release();
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

    private static string NameOf(int vmid, string asker) => string.Create(CultureInfo.InvariantCulture, $"{vmid}.{asker}.wanted");
}
