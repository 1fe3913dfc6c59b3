using Pve.Migration.Testing.Guest;
using Pve.Qmp;

namespace Pve.Migration.Testing;

/// <summary>A QEMU process that holds, held or awaits a <see cref="TravellingGuest"/>.</summary>
public sealed class GuestHost : IAsyncDisposable
{
    internal GuestHost(string directory, QemuProcess process, QmpClient monitor, HeartbeatSource ticks)
        => (Folder, Process, Monitor, Ticks) = (directory, process, monitor, ticks);

    /// <summary>The directory of its sockets; it is removed with it.</summary>
    public string Folder { get; }

    /// <summary>The process.</summary>
    public QemuProcess Process { get; }

    /// <summary>Its second monitor, for who watches the migration; the first one is free.</summary>
    public QmpClient Monitor { get; }

    /// <summary>What its serial port brought.</summary>
    public HeartbeatSource Ticks { get; }

    /// <summary>It as the receiving end of a migration, over a unix socket in its own directory.</summary>
    /// <param name="connectPath">The socket that the source reaches it by, where that is forwarded; null for its own.</param>
    /// <param name="disksConnectPath">Likewise for the socket of its disks.</param>
    public IncomingQemu AsIncoming(string? connectPath = null, string? disksConnectPath = null)
        => new(Monitor, "unix:" + MigrationPath, connectPath is null ? null : "unix:" + connectPath, _ => Process.KillAsync())
        {
            DisksListenUri = "unix:" + DisksPath,
            DisksConnectUri = disksConnectPath is null ? null : "unix:" + disksConnectPath,
        };

    /// <summary>The socket it listens on for a migration.</summary>
    public string MigrationPath => Path.Combine(Folder, "migrate");

    /// <summary>The socket it offers its disks at.</summary>
    public string DisksPath => Path.Combine(Folder, "nbd");

    /// <summary>The image of one of its disks.</summary>
    public string DiskImage(int disk) => TravellingDisks.ImageIn(Folder, disk);

    /// <summary>Ends the process and removes what it left.</summary>
    public async ValueTask DisposeAsync()
    {
        await Monitor.DisposeAsync().ConfigureAwait(false);
        await Process.DisposeAsync().ConfigureAwait(false);
        File.Delete(MigrationPath);
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}
