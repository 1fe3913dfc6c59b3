using System.Runtime.InteropServices;
using Pve.Migration.Engine.Storage;
using Pve.Migration.Transports;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration;

/// <summary>
/// A QEMU that was started to receive the guest: with <c>-S -incoming defer</c> and its monitor in our hands, or by somebody who keeps
/// that monitor (<see cref="OutOfReach"/>).
/// </summary>
public sealed class IncomingQemu
{
    private const string UnixScheme = "unix:";
    private const string DescriptorName = "migrate";
    private static readonly TimeSpan GonePoll = TimeSpan.FromMilliseconds(20);

    private readonly string _listenUri;
    private readonly string? _connectUri;
    private readonly Func<CancellationToken, Task>? _kill;
    private SafeHandle? _descriptor;
    private string? _chosenUri;
    private bool _hasListenedAgain;

    /// <summary>Describes it.</summary>
    /// <param name="monitor">Its monitor; it stays the caller's.</param>
    /// <param name="listenUri">Where it shall listen, such as <c>unix:/run/qemu-server/100.migrate</c>; <c>tcp:HOST:0</c> lets it choose the port.</param>
    /// <param name="connectUri">Where the source reaches that, if a forward leads there; otherwise as it listens.</param>
    /// <param name="kill">
    /// Ends the process and returns when it is proven gone. Without it QEMU is asked to quit. Proof is then that it said it would and its monitor ended,
    /// with nobody left who listens at the path of a unix monitor; or, of a monitor that is neither at a path nor at a port, its end alone. One that dies by itself
    /// is not proven dead: a monitor's path or port may be a forward's, such as ssh's, that ended beside a QEMU that lives.
    /// </param>
    public IncomingQemu(QmpClient monitor, string listenUri, string? connectUri = null, Func<CancellationToken, Task>? kill = null)
    {
        ArgumentNullException.ThrowIfNull(monitor);
        ArgumentException.ThrowIfNullOrEmpty(listenUri);
        (Monitor, _listenUri, _connectUri, _kill) = (monitor, listenUri, connectUri, kill);
    }

    private IncomingQemu(string connectUri, Func<CancellationToken, Task> kill)
        => (_listenUri, _connectUri, _kill) = (connectUri, connectUri, kill);

    /// <summary>Its monitor; null where that is out of reach.</summary>
    public QmpClient? Monitor { get; }

    // Where it chooses the port, that is still to come.
    internal string ConnectUri => _connectUri ?? _listenUri;

    /// <summary>Describes one that listens already, and whose monitor is another's: a Proxmox VE node's, say.</summary>
    /// <param name="connectUri">Where the source reaches it, such as <c>unix:/run/qemu-server/100.migrate</c>.</param>
    /// <param name="kill">Ends the process and returns when it is proven gone.</param>
    public static IncomingQemu OutOfReach(string connectUri, Func<CancellationToken, Task> kill)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectUri);
        ArgumentNullException.ThrowIfNull(kill);
        return new IncomingQemu(connectUri, kill);
    }

    /// <summary>Describes one that reads the guest from a connected socket, whose other end the source gets by <see cref="TransferPolicy.Descriptor"/>.</summary>
    /// <param name="monitor">Its monitor, over a unix socket; it stays the caller's.</param>
    /// <param name="descriptor">The socket, of which QEMU gets a copy; the caller's to close.</param>
    /// <param name="kill">As for one that listens.</param>
    public static IncomingQemu OverDescriptor(QmpClient monitor, SafeHandle descriptor, Func<CancellationToken, Task>? kill = null)
    {
        ArgumentNullException.ThrowIfNull(monitor);
        ArgumentNullException.ThrowIfNull(descriptor);
        return new IncomingQemu(monitor, "fd:" + DescriptorName, kill: kill) { _descriptor = descriptor };
    }

    // A monitor at a path is a QEMU on this host, and what it names lies here.
    private bool IsHere => Monitor?.Name.StartsWith(UnixScheme, StringComparison.Ordinal) == true;

    private string Name => Monitor?.Name ?? _listenUri;

    /// <summary>Makes it listen.</summary>
    /// <returns>Where the source connects to.</returns>
    /// <exception cref="MigrationTargetException">It refused.</exception>
    public async Task<string> ListenAsync(CancellationToken cancellationToken = default)
    {
        if (Monitor is null)
        {
            return _listenUri; // whoever started it has seen to that
        }

        try
        {
            if (_descriptor is not null)
            {
                await Monitor.ExecuteAsync(QmpCommands.GetFd, new FdName(DescriptorName), new QmpCallOptions { FileDescriptor = _descriptor }, cancellationToken)
                    .ConfigureAwait(false);
            }

            await Monitor.ExecuteAsync(QmpCommands.MigrateIncoming, new MigrateIncoming(_listenUri), cancellationToken: cancellationToken).ConfigureAwait(false);
            _chosenUri = await ChosenUriAsync(Monitor, cancellationToken).ConfigureAwait(false);
            return _connectUri ?? _chosenUri;
        }
        catch (QmpException e)
        {
            throw new MigrationTargetException(
                $"The target QEMU does not listen on {_listenUri}: {e.Message}", "Start it with -incoming defer, and see that the address is free.", e);
        }
    }

    /// <summary>Where it shall listen once the connection of a guest that went ahead of its RAM is lost; as before unless set.</summary>
    public string? AgainListenUri { get; init; }

    /// <summary>Where the source reaches that, if a forward leads there; otherwise as it listens.</summary>
    public string? AgainConnectUri { get; init; }

    /// <summary>Makes it listen for the rest of a guest that runs ahead of its RAM, after the connection is lost.</summary>
    /// <returns>Where the source connects to.</returns>
    /// <exception cref="MigrationTargetException">It refused.</exception>
    /// <exception cref="NotSupportedException">It was only given a descriptor, or its monitor is out of reach.</exception>
    public async Task<string> ListenAgainAsync(CancellationToken cancellationToken = default)
    {
        if (Monitor is null || (AgainListenUri ?? _chosenUri ?? _listenUri) is not { } uri || uri.StartsWith("fd:", StringComparison.Ordinal))
        {
            throw new NotSupportedException($"The target QEMU at {Name} has nowhere to listen again: set {nameof(AgainListenUri)}, and keep its monitor in reach.");
        }

        try
        {
            // Its guest may wait for a page, and then QEMU answers out of band alone.
            var call = new QmpCallOptions { OutOfBand = Monitor.IsOutOfBandEnabled };
            await Monitor.ExecuteAsync(QmpCommands.MigrateRecover, new MigrateRecover(uri), call, cancellationToken).ConfigureAwait(false);
            _hasListenedAgain = true;
        }
        catch (QmpCommandException) when (_hasListenedAgain)
        {
            // QEMU before 7.1 takes it once, and listens still
        }
        catch (QmpException e)
        {
            throw new MigrationTargetException($"The target QEMU does not listen again on {uri}: {e.Message}", innerException: e);
        }

        return AgainConnectUri ?? (AgainListenUri is null ? _connectUri : null) ?? uri;
    }

    /// <summary>Sees that nobody listens yet where this shall, as far as that can be told from here; nothing is changed.</summary>
    /// <exception cref="MigrationTargetException">A socket is in use, or its folder is missing.</exception>
    internal void ThrowIfInTheWay()
    {
        if (!IsHere)
        {
            return;
        }

        foreach (var path in new[] { _listenUri, DisksListenUri }.Where(uri => uri?.StartsWith(UnixScheme, StringComparison.Ordinal) == true).Select(uri => uri![UnixScheme.Length..]))
        {
            if (UnixFile.IsListenedAt(path))
            {
                throw new MigrationTargetException($"Somebody listens at {path} already.", "Give the target QEMU another path.");
            }

            if (!Directory.Exists(Path.GetDirectoryName(path)))
            {
                throw new MigrationTargetException($"There is no folder for {path}.", "Make it, or give the target QEMU another path.");
            }
        }
    }

    /// <summary>How many bytes are free where it keeps the image <paramref name="path"/>; null where that cannot be told from here.</summary>
    internal long? FreeBytes(string path)
    {
        try
        {
            return IsHere && Path.IsPathFullyQualified(path) && !path.StartsWith("/dev/", StringComparison.Ordinal) && File.Exists(path)
                ? new DriveInfo(Path.GetDirectoryName(path)!).AvailableFreeSpace
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Where its NBD server shall listen, <c>unix:PATH</c> or <c>tcp:HOST:PORT</c>; null where it has no disks to receive.</summary>
    public string? DisksListenUri { get; init; }

    /// <summary>Where the source reaches that, if a forward leads there; otherwise as it listens.</summary>
    public string? DisksConnectUri { get; init; }

    /// <summary>Makes it offer its disks to be written, over NBD.</summary>
    /// <returns>Where the source reaches each, in the order of <paramref name="disks"/>.</returns>
    /// <exception cref="MigrationTargetException">It refused, or was given no address.</exception>
    public async Task<IReadOnlyList<DiskExport>> ExportDisksAsync(
        IReadOnlyList<MigrationDisk> disks, ExportTls? tls = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(disks);
        if (Monitor is null || DisksListenUri is null)
        {
            throw new MigrationTargetException(
                $"The target QEMU at {Name} has no address for its disks.", $"Set {nameof(DisksListenUri)}, and keep its monitor in reach.");
        }

        try
        {
            var server = new NbdServerStart(NbdAddress.Parse(DisksListenUri)) { MaxConnections = 0, TlsCreds = tls?.Credentials, TlsAuthz = tls?.Authorization };
            await Monitor.ExecuteAsync(QmpCommands.NbdServerStart, server, cancellationToken: cancellationToken).ConfigureAwait(false);
            foreach (var disk in disks)
            {
                var export = new BlockExportOptionsNbd(disk.NodeThere, disk.NodeThere) { Name = disk.NodeThere, Writable = true };
                await Monitor.ExecuteAsync(QmpCommands.BlockExportAdd, export, cancellationToken: cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is QmpException or FormatException)
        {
            throw new MigrationTargetException(
                $"The target QEMU at {Name} does not offer its disks at {DisksListenUri}: {e.Message}", "See that the address is free, and the disks are there.", e);
        }

        return [.. disks.Select(disk => new DiskExport(DisksConnectUri ?? DisksListenUri, disk.NodeThere))];
    }

    /// <summary>Withdraws what <see cref="ExportDisksAsync"/> offered, and sees that it is gone: a guest that goes on beside an export cannot write.</summary>
    /// <exception cref="MigrationTargetException">It refused, or something is still there.</exception>
    public async Task StopExportsAsync(CancellationToken cancellationToken = default)
    {
        var monitor = Monitor ?? throw new MigrationTargetException($"The monitor of the target QEMU at {Name} is out of reach.");
        try
        {
            // Both are sent at once; QEMU answers them in their order.
            var stopping = monitor.ExecuteAsync(QmpCommands.NbdServerStop, cancellationToken: cancellationToken);
            var asking = monitor.ExecuteAsync(QmpCommands.QueryBlockExports, cancellationToken: cancellationToken);
            await stopping.ConfigureAwait(false);
            if ((await asking.ConfigureAwait(false)).FirstOrDefault(export => export.Type == BlockExportType.Nbd) is { } left)
            {
                throw new MigrationTargetException($"The target QEMU at {Name} still offers the disk '{left.NodeName}' to others.");
            }
        }
        catch (QmpException e)
        {
            throw new MigrationTargetException($"The target QEMU at {Name} does not take its disks back: {e.Message}", innerException: e);
        }
    }

    /// <summary>Ends it, and returns when it is proven gone.</summary>
    /// <exception cref="MigrationTargetException">It could not be proven.</exception>
    public async Task DestroyAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            if (_kill is not null)
            {
                await _kill(cancellationToken).ConfigureAwait(false);
                return;
            }

            await QuitAsync(Monitor!, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not MigrationTargetException)
        {
            throw new MigrationTargetException($"The target QEMU at {Name} could not be proven dead: {e.Message}", "End its process by hand.", e);
        }
    }

    private async Task QuitAsync(QmpClient monitor, CancellationToken cancellationToken)
    {
        var quits = false;
        if (!monitor.Ended.IsCompleted)
        {
            try
            {
                await monitor.ExecuteAsync(QmpCommands.Quit, cancellationToken: cancellationToken).ConfigureAwait(false);
                quits = true;
            }
            catch (QmpConnectionException)
            {
                // it may be gone before it could answer
            }
        }

        // Only the other side's end is a proof; a client that was disposed, or did not understand, ended on ours.
        if (await monitor.Ended.WaitAsync(cancellationToken).ConfigureAwait(false) is not QmpConnectionException)
        {
            throw new MigrationTargetException(
                $"The target QEMU at {Name} could not be proven dead: its monitor was closed on this side.", "End its process by hand.");
        }

        // A connection that broke, or the end of a forward, looks the same.
        if (!quits && (IsHere || Name.StartsWith("tcp:", StringComparison.Ordinal)))
        {
            throw new MigrationTargetException($"The target QEMU at {Name} could not be proven dead: only its monitor's connection is known to have ended.", "End its process by hand.");
        }

        while (IsHere && UnixFile.IsListenedAt(Name[UnixScheme.Length..]))
        {
            await Task.Delay(GonePoll, monitor.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    // With port 0 QEMU tells the port it took.
    private async Task<string> ChosenUriAsync(QmpClient monitor, CancellationToken cancellationToken)
    {
        if (!_listenUri.StartsWith("tcp:", StringComparison.Ordinal) || !_listenUri.EndsWith(":0", StringComparison.Ordinal))
        {
            return _listenUri;
        }

        var info = await monitor.ExecuteAsync(QmpCommands.QueryMigrate, cancellationToken: cancellationToken).ConfigureAwait(false);
        var port = info.SocketAddress?.FirstOrDefault(address => address.Type == "inet")?.Port;
        return port is null
            ? throw new MigrationTargetException($"The target QEMU did not say which port it took for {_listenUri}.", "Give it a port.")
            : $"{_listenUri[..^1]}{port}";
    }
}
