using System.Globalization;
using Pve.Migration.Testing.Guest;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Testing;

/// <summary>A <see cref="BootSectorGuest"/> that goes from one real QEMU to the next, and tells from outside whether it arrived whole.</summary>
public sealed class TravellingGuest : IAsyncDisposable
{
    // Enough ticks to tell a guest that runs from one that was only let go.
    private const int TicksThatProve = 20;

    private readonly TravellingGuestOptions _options;
    private readonly BootSectorGuest _guest;
    private readonly GuestMemory _memory;
    private readonly List<GuestHost> _hosts = [];
    private readonly string _image;
    private readonly string _machine;
    private int _started;

    private TravellingGuest(TravellingGuestOptions options, string machine)
    {
        (_options, _machine) = (options, machine);
        _guest = new BootSectorGuest(options.SpanMiB, options.PagesPerTick, options.DisksMiB.Count > 0);
        _memory = new GuestMemory(_guest);
        _image = Path.Combine(options.Directory, "boot.img");
    }

    /// <summary>Its serial port, over all its hosts.</summary>
    public SerialHeartbeat Heartbeat { get; } = new();

    /// <summary>Where it runs.</summary>
    public GuestHost Host { get; private set; } = null!;

    /// <summary>Boots it and waits until it ticks.</summary>
    /// <exception cref="QemuStartException">QEMU did not start.</exception>
    public static async Task<TravellingGuest> BootAsync(TravellingGuestOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.DisksMiB.Count, TravellingDisks.Most, nameof(options.DisksMiB));
        var machine = options.Machine ?? await SharedMachineAsync(options, cancellationToken).ConfigureAwait(false);
        Directory.CreateDirectory(options.Directory);
        var guest = new TravellingGuest(options, machine);
        try
        {
            await guest._guest.WriteAsync(guest._image, cancellationToken).ConfigureAwait(false);
            guest.Host = await guest.StartAsync(
                options.Binary, incoming: false, machine, options.MemoryMiB, options.DisksMiB, options.ExtraArguments, cancellationToken).ConfigureAwait(false);
            await guest.Host.Ticks.WaitForTicksAsync(TicksThatProve, cancellationToken).ConfigureAwait(false);
            return guest;
        }
        catch
        {
            await guest.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Starts a QEMU that waits for it (<c>-S -incoming defer</c>).</summary>
    /// <param name="machine">Another machine type than its own, for tests of what must be refused.</param>
    /// <param name="memoryMiB">Another size of RAM, likewise.</param>
    /// <param name="disksMiB">Disks of other sizes, likewise.</param>
    /// <param name="extraArguments">More arguments than its own, likewise.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="QemuStartException">QEMU did not start.</exception>
    public Task<GuestHost> StartTargetAsync(
        string? machine = null, int? memoryMiB = null, IReadOnlyList<int>? disksMiB = null, IReadOnlyList<string>? extraArguments = null,
        CancellationToken cancellationToken = default)
        => StartAsync(
            _options.TargetBinary ?? _options.Binary, incoming: true, machine ?? _machine, memoryMiB ?? _options.MemoryMiB, disksMiB ?? _options.DisksMiB,
            extraArguments ?? _options.ExtraArguments, cancellationToken);

    /// <summary>Says that it runs on <paramref name="target"/> now, and waits until it ticks there.</summary>
    public async Task ArriveAsync(GuestHost target, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        Host = target;
        await target.Ticks.WaitForTicksAsync(TicksThatProve, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads its RAM from outside and checks every page; it is paused meanwhile.</summary>
    public async Task<GuestMemoryResult> CheckMemoryAsync(CancellationToken cancellationToken = default)
    {
        var dump = Path.Combine(Host.Folder, "ram.dump");
        await Host.Monitor.ExecuteAsync(QmpCommands.Stop, cancellationToken: cancellationToken).ConfigureAwait(false);
        try
        {
            await Host.Monitor.ExecuteAsync(
                QmpCommands.PhysicalMemorySave, new MemorySave(GuestMemory.Address, _memory.Length, dump), cancellationToken: cancellationToken)
                .ConfigureAwait(false);
            return await _memory.CheckAsync(dump, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await Host.Monitor.ExecuteAsync(QmpCommands.Continue, cancellationToken: CancellationToken.None).ConfigureAwait(false);
            File.Delete(dump);
        }
    }

    /// <summary>Checks from outside what it wrote to its first disk, where it runs; it is paused meanwhile.</summary>
    public async Task<GuestDiskResult> CheckDiskAsync(CancellationToken cancellationToken = default)
    {
        await Host.Monitor.ExecuteAsync(QmpCommands.Stop, cancellationToken: cancellationToken).ConfigureAwait(false);
        try
        {
            var written = new byte[GuestDisk.Length];
            var image = File.OpenRead(Host.DiskImage(0));
            await using var closing = image.ConfigureAwait(false);
            await image.ReadExactlyAsync(written, cancellationToken).ConfigureAwait(false);
            return GuestDisk.Check(written);
        }
        finally
        {
            await Host.Monitor.ExecuteAsync(QmpCommands.Continue, cancellationToken: CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Whether one of its disks at <paramref name="host"/> is as at its former host <paramref name="former"/>, which is ended but not removed: what the
    /// guest itself writes on, proven by itself, the rest byte by byte. It is paused meanwhile.
    /// </summary>
    public async Task<bool> IsDiskAlikeAsync(GuestHost former, GuestHost host, int disk, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(former);
        ArgumentNullException.ThrowIfNull(host);
        var writes = disk == 0;
        return (!writes || (await CheckDiskAsync(cancellationToken).ConfigureAwait(false)).Intact)
            && await TravellingDisks.AreAlikeAsync(former.DiskImage(disk), host.DiskImage(disk), writes ? GuestDisk.Length : 0, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Makes its disks at <paramref name="target"/> what they are here, as a replication does, and lets a bitmap here note from then on what it writes. It is
    /// paused meanwhile.
    /// </summary>
    /// <param name="target">A host that waits for it.</param>
    /// <param name="bitmap">The bitmap; one of that name begins anew.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task ReplicateDisksAsync(GuestHost target, string bitmap, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        await Host.Monitor.ExecuteAsync(QmpCommands.Stop, cancellationToken: cancellationToken).ConfigureAwait(false);
        try
        {
            for (var disk = 0; disk < _options.DisksMiB.Count; disk++)
            {
                var node = string.Create(CultureInfo.InvariantCulture, $"disk{disk}");
                await Host.Monitor.TryExecuteAsync(QmpCommands.BlockDirtyBitmapRemove, new BlockDirtyBitmap(node, bitmap), cancellationToken: cancellationToken)
                    .ConfigureAwait(false);
                await Host.Monitor.ExecuteAsync(QmpCommands.BlockDirtyBitmapAdd, new BlockDirtyBitmapAdd(node, bitmap), cancellationToken: cancellationToken)
                    .ConfigureAwait(false);
                await TravellingDisks.CopyAsync(Host.DiskImage(disk), target.DiskImage(disk), cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            await Host.Monitor.ExecuteAsync(QmpCommands.Continue, cancellationToken: CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Ends a host and removes what it left.</summary>
    public async Task EndAsync(GuestHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        _hosts.Remove(host);
        await host.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Ends every host and removes every file.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.DisposeAsync().ConfigureAwait(false);
        }

        _hosts.Clear();
        await Heartbeat.DisposeAsync().ConfigureAwait(false);
        File.Delete(_image);
        if (Directory.Exists(_options.Directory) && !Directory.EnumerateFileSystemEntries(_options.Directory).Any())
        {
            Directory.Delete(_options.Directory);
        }
    }

    private static async Task<string> SharedMachineAsync(TravellingGuestOptions options, CancellationToken cancellationToken)
    {
        var source = await QemuInstall.FindAsync(options.Binary, cancellationToken).ConfigureAwait(false);
        var target = options.TargetBinary is { } other ? await QemuInstall.FindAsync(other, cancellationToken).ConfigureAwait(false) : source;
        return source is null || target is null ? "pc" : source.SharedMachine(target) ?? "pc";
    }

    private async Task<GuestHost> StartAsync(
        string binary, bool incoming, string machine, int memoryMiB, IReadOnlyList<int> disksMiB, IReadOnlyList<string> extraArguments,
        CancellationToken cancellationToken)
    {
        var name = (++_started).ToString(CultureInfo.InvariantCulture);
        var folder = Path.Combine(_options.Directory, name);
        try
        {
            return await StartInAsync(folder, name, binary, incoming, machine, memoryMiB, disksMiB, extraArguments, cancellationToken).ConfigureAwait(false);
        }
        catch when (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    private async Task<GuestHost> StartInAsync(
        string folder, string name, string binary, bool incoming, string machine, int memoryMiB, IReadOnlyList<int> disksMiB,
        IReadOnlyList<string> extraArguments, CancellationToken cancellationToken)
    {
        await TravellingDisks.CreateAsync(folder, disksMiB, !incoming, cancellationToken).ConfigureAwait(false);
        var process = await QemuProcess.StartAsync(
            new QemuProcessOptions
            {
                Binary = binary,
                Directory = folder,
                VmId = _options.VmId.ToString(CultureInfo.InvariantCulture),
                Machine = machine,
                MemoryMiB = memoryMiB,
                BootImage = _image,
                Incoming = incoming,
                Paused = incoming,
                DiesWithUs = _options.DiesWithUs,
                ExtraArguments = [.. TravellingDisks.Arguments(folder, disksMiB.Count), .. extraArguments],
            },
            cancellationToken: cancellationToken).ConfigureAwait(false);
        try
        {
            var monitor = await QmpClient.ConnectAsync(QmpEndpoint.Unix(process.WatchPath), cancellationToken: cancellationToken).ConfigureAwait(false);
            var host = new GuestHost(folder, process, monitor, Heartbeat.Attach(process, $"host {name}"));
            _hosts.Add(host);
            return host;
        }
        catch
        {
            await process.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
