using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pve.Migration.Diagnostics;
using Pve.Migration.Proxmox;
using Pve.Migration.Tunnel;
using Pve.Qmp;

namespace Pve.Migration;

/// <summary>
/// A node of another Proxmox VE cluster, reached by its API alone: a v2 tunnel makes the VM there, its sockets are led here through further
/// WebSockets, and all commands go over the tunnel. The QEMU's monitor is the node's. It serves one migration.
/// Source: qemu-server, QemuMigrate.pm and <c>mtunnel</c> in API2/Qemu.pm.
/// </summary>
/// <remarks>
/// <para>
/// A tunnel that is lost cannot be replaced, since the API makes one only for a VM that does not exist yet. From then on nobody but the node's
/// own administrator can end or resume the QEMU there; it can still be asked how it is (<c>status/current</c>), which decides what a resume
/// without an answer came to.
/// </para>
/// <para>
/// That the QEMU there is gone is proven by the answer to <c>stop</c>, which waits for the process's end (60 s after a quit, 10 s after TERM,
/// then it kills), and by <c>status/current</c>, which looks for the process; where the latter may not be asked, the former is believed.
/// </para>
/// </remarks>
public sealed class PveRemoteTarget : IMigrationTarget
{
    private readonly PveRemoteTargetOptions _options;
    private readonly RemoteEnd _end;
    private readonly PveApiTransport _transport;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<RemoteVolume> _volumes = [];
    private MtunnelClient? _tunnel;
    private RemoteStart? _start;
    private bool _mayRun;
    private bool _isDestroyed;

    /// <summary>Creates the target.</summary>
    /// <exception cref="ArgumentException">A name is none, a disk is not in the configuration, or an option does not fit.</exception>
    public PveRemoteTarget(PveRemoteTargetOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _transport = new PveApiTransport(options.Api with { RequestTicket = RequestTicketAsync });
        _logger = options.Api.LoggerFactory.CreateLogger(typeof(PveRemoteTarget).FullName!);
        _end = new RemoteEnd(options.Api, _logger);
    }

    /// <inheritdoc/>
    public string Name => _transport.Name;

    /// <inheritdoc/>
    public string? Dialect => _tunnel is null ? null : "v2";

    /// <inheritdoc/>
    public Task<string> Lost => _lost.Task;

    /// <summary>The volumes that were allocated there for <see cref="PveRemoteTargetOptions.Disks"/>; empty before the start.</summary>
    public IReadOnlyList<PveDriveVolume> Volumes => [.. _volumes.Select(volume => new PveDriveVolume(volume.Drive, volume.VolumeId))];

    /// <summary>The disks that the target's NBD server takes, each with the address that the source reaches it by; empty before the start.</summary>
    public IReadOnlyList<QmStartDrive> Drives { get; private set; } = [];

    /// <summary>The SPICE port there; null before the start, and where there is none.</summary>
    public int? SpicePort => _start?.SpicePort;

    /// <summary>Opens the tunnel, for which the node makes an empty VM. Once it is open, a further call does nothing.</summary>
    /// <returns>Null: the monitor is the node's.</returns>
    /// <exception cref="MigrationTargetException">The API refuses, or what answers there is no v2 tunnel.</exception>
    public async Task<QmpClient?> OpenAsync(CancellationToken cancellationToken)
    {
        if (_tunnel is null)
        {
            try
            {
                _tunnel = await MtunnelClient.OpenAsync(_transport, _options.EffectiveTunnel, cancellationToken).ConfigureAwait(false);
            }
            catch (MtunnelException e)
            {
                throw new MigrationTargetException(e.Message, innerException: e);
            }

            _ = ReportLossAsync(_tunnel);
        }

        return null;
    }

    /// <summary>Asks the API whether the VM's number is free there: a tunnel cannot be opened without a VM being made for it.</summary>
    /// <returns>Null: the monitor is the node's.</returns>
    /// <exception cref="MigrationTargetException">It is not, or the API cannot be asked.</exception>
    public async Task<QmpClient?> ProbeAsync(int vmId, CancellationToken cancellationToken)
    {
        PveApiAnswer answer = await _end.AskStateAsync(cancellationToken).ConfigureAwait(false);
        return answer.Complaint switch
        {
            null => throw new MigrationTargetException($"{Name} has a VM {_options.Api.VmId} already.", "Give the guest another number there."),
            { } complaint when RemoteState.IsOfNoVm(complaint) => null,
            { } complaint => throw new MigrationTargetException($"{Name} cannot be asked: {complaint}"),
        };
    }

    /// <summary>
    /// Asks for the bandwidth that the target's storages allow a migration, in KiB a second; null is no limit. To be called after
    /// <see cref="OpenAsync"/>, which the migrator does not mind.
    /// </summary>
    /// <param name="limit">What the caller would limit it to; null leaves it to the target.</param>
    /// <param name="cancellationToken">Stops the wait, and with it the tunnel's usefulness.</param>
    /// <exception cref="MigrationTargetException">It refused, or did not answer.</exception>
    public async Task<long?> GetBandwidthLimitAsync(long? limit = null, CancellationToken cancellationToken = default)
    {
        JsonElement answer = await TellAsync(
            MtunnelVocabulary.BandwidthLimit, RemoteCommandText.BandwidthLimit(_options.Api.Storages, limit), cancellationToken).ConfigureAwait(false);
        return answer.TryGetProperty("bwlimit", out JsonElement value) ? WireValue.Number(value) : null;
    }

    /// <summary>Allocates the disks, writes the configuration and starts the QEMU there, and leads its sockets here.</summary>
    /// <param name="vmId">The VM's number here, by which the sockets here are named.</param>
    /// <param name="cancellationToken">Stops the wait, and with it the tunnel's usefulness.</param>
    /// <returns>The URI that the source's QEMU connects to.</returns>
    /// <exception cref="MigrationTargetException">A command was refused or not answered, what it answered cannot be used, or a socket cannot be made here.</exception>
    public async Task<string> StartIncomingAsync(int vmId, CancellationToken cancellationToken)
    {
        PveNames.ThrowIfNoVmId(vmId);
        foreach (PveRemoteDisk disk in _options.Disks)
        {
            _volumes.Add(await AllocateAsync(disk, cancellationToken).ConfigureAwait(false));
        }

        string config = VmConfigText.WithDrives(_options.Config, _volumes.ToDictionary(volume => volume.Drive, volume => volume.DriveString));
        await TellAsync(MtunnelVocabulary.Config, RemoteCommandText.Config(config, _options.FirewallConfig), cancellationToken).ConfigureAwait(false);

        _mayRun = true;
        JsonElement answer = await TellAsync(MtunnelVocabulary.Start, RemoteCommandText.Start(_options, _volumes), cancellationToken).ConfigureAwait(false);
        _start = RemoteStart.Read(answer, _options.Api.SocketDirectory, _options.Api.VmId, _options.Secrets);
        foreach (string socket in _start.Sockets)
        {
            await ForwardAsync(new SocketForward(Here(socket, vmId), socket), cancellationToken).ConfigureAwait(false);
        }

        Drives = [.. _start.Drives.Select(drive => drive with { Address = QmListenAddress.Unix(Here(drive.Address.Path!, vmId)) })];
        string uri = QmListenAddress.Unix(Here(_start.Migration, vmId)).ToString();
        _logger.NodeListens(Name, _options.Api.VmId, $"unix:{_start.Migration}", uri);
        return uri;
    }

    /// <summary>Where the disks that <c>start</c> told of are reached; a disk is named as there, <c>scsi0</c> or <c>drive-scsi0</c>.</summary>
    /// <exception cref="MigrationTargetException">It told of no such disk.</exception>
    public Task<IReadOnlyList<DiskExport>> ExportDisksAsync(int vmId, IReadOnlyList<MigrationDisk> disks, ExportTls? tls, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(disks);
        return Task.FromResult(DriveExports.Of(Drives, disks, Name));
    }

    /// <inheritdoc/>
    public Task StopExportsAsync(int vmId, CancellationToken cancellationToken) => StopNbdAsync(cancellationToken);

    /// <summary>Proves that the tunnel answers.</summary>
    /// <exception cref="MigrationTargetException">It does not.</exception>
    public Task MakeReadyAsync(int vmId, CancellationToken cancellationToken) => TellAsync(MtunnelVocabulary.Version, default, cancellationToken);

    /// <summary>Not to be had: Proxmox VE replicates within a cluster, and moves no replicated guest out of it.</summary>
    /// <exception cref="MigrationTargetException">Always.</exception>
    public Task SetReplicationStateAsync(int vmId, CancellationToken cancellationToken) => Task.FromException(
        new MigrationTargetException($"{Name}: another cluster takes no replication state.", "End the guest's replication before it is moved."));

    /// <summary>
    /// Ends the target's NBD server, once the disks are mirrored; it has to be done inside the pause and before the resume, as the migrator does with
    /// <see cref="MigrationRequest.Disks"/>.
    /// </summary>
    /// <exception cref="MigrationTargetException">It refused, or did not answer.</exception>
    public Task StopNbdAsync(CancellationToken cancellationToken = default) => TellAsync(MtunnelVocabulary.NbdStop, default, cancellationToken);

    /// <summary>Has the guest's agent trim its file systems, once the guest runs there and before the tunnel is closed; it may take ten minutes.</summary>
    /// <exception cref="MigrationTargetException">It refused, or did not answer.</exception>
    public Task TrimAsync(CancellationToken cancellationToken = default) => TellAsync(MtunnelVocabulary.Fstrim, default, cancellationToken);

    /// <inheritdoc/>
    public async Task<ResumeResult> ResumeAsync(int vmId, CancellationToken cancellationToken)
    {
        try
        {
            await Tunnel.ResumeAsync(_options.Api.VmId, cancellationToken).ConfigureAwait(false);
            return new ResumeResult(ResumeAnswer.Accepted);
        }
        catch (MtunnelRefusedException e)
        {
            return new ResumeResult(ResumeAnswer.Refused, e.ErrorText);
        }
        catch (MtunnelNoReplyException e)
        {
            return new ResumeResult(ResumeAnswer.Unknown, e.Message);
        }
        catch (MtunnelException e)
        {
            return new ResumeResult(ResumeAnswer.Refused, e.Message); // nothing was sent: the tunnel was gone
        }
    }

    /// <summary>Over the tunnel where it is sound and the peer has <c>status</c>, which Proxmox VE has not; else by the API's <c>status/current</c>.</summary>
    /// <returns>Null where QEMU does not answer the node, or the guest has run and stands still.</returns>
    /// <exception cref="MigrationTargetException">The API cannot be asked.</exception>
    public async Task<bool?> IsRunningAsync(int vmId, CancellationToken cancellationToken)
    {
        if (_tunnel is { IsFaulted: false } tunnel && tunnel.Can(MtunnelVocabulary.Status))
        {
            try
            {
                return StatusAnswer.Runs(await tunnel.ExecuteAsync(MtunnelVocabulary.Status, cancellationToken: cancellationToken).ConfigureAwait(false));
            }
            catch (MtunnelException)
            {
                // the API may know
            }
        }

        PveApiAnswer answer = await _end.AskStateAsync(cancellationToken).ConfigureAwait(false);
        return answer.Complaint is null ? RemoteState.Read(answer.Data)?.Runs : throw new MigrationTargetException(answer.Complaint);
    }

    /// <inheritdoc/>
    public Task UnlockAsync(int vmId, CancellationToken cancellationToken) => TellAsync(MtunnelVocabulary.Unlock, default, cancellationToken);

    /// <inheritdoc/>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        if (_tunnel is not null)
        {
            try
            {
                await _tunnel.QuitAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                await _tunnel.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// Stops the QEMU there, if it was started, and returns once it is gone, as far as v2 can prove it; then has the node free the volumes and
    /// remove the VM, which is only logged where it fails.
    /// </summary>
    /// <exception cref="MigrationTargetException">It could not be proven.</exception>
    public async Task DestroyAsync(int vmId, CancellationToken cancellationToken)
    {
        if (_tunnel is null || _isDestroyed)
        {
            return;
        }

        if (_mayRun)
        {
            await _end.StopAsync(_tunnel, cancellationToken).ConfigureAwait(false);
            _mayRun = false;
            _logger.NodeVmGone(Name, _options.Api.VmId);
        }

        await _end.CleanUpAsync(_tunnel, cancellationToken).ConfigureAwait(false);
        _isDestroyed = true;
    }

    /// <summary>Ends the tunnel and the forwarded sockets, without <c>quit</c>. The target's QEMU is left as it is.</summary>
    public ValueTask DisposeAsync() => _tunnel?.DisposeAsync() ?? ValueTask.CompletedTask;

    private MtunnelClient Tunnel => _tunnel ?? throw new InvalidOperationException("The target has not been opened.");

    private async Task<RemoteVolume> AllocateAsync(PveRemoteDisk disk, CancellationToken cancellationToken)
    {
        JsonElement answer = await TellAsync(MtunnelVocabulary.Disk, RemoteCommandText.Disk(disk, _options.Config), cancellationToken).ConfigureAwait(false);
        RemoteVolume volume = RemoteVolume.Read(disk.Drive, answer)
            ?? throw new MigrationTargetException($"{Name}: the answer to 'disk' for {disk.Drive} names no volume.", "See that a Proxmox VE node answers there.");
        _logger.RemoteDiskAllocated(Name, volume.Drive, SecretMask.Apply(volume.VolumeId, _options.Secrets));
        return volume;
    }

    private async Task ForwardAsync(SocketForward forward, CancellationToken cancellationToken)
    {
        try
        {
            await Tunnel.ForwardAsync(forward, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is MtunnelException or ArgumentException)
        {
            throw new MigrationTargetException($"{Name}: {forward.RemotePath} cannot be led here: {e.Message}", innerException: e);
        }
    }

    // Other sockets than those it was told of are nobody's to reach through this tunnel.
    private Task<string> RequestTicketAsync(string path, CancellationToken cancellationToken) =>
        _start is { } start && start.Sockets.Contains(path)
            ? Tunnel.RequestTicketAsync(path, cancellationToken)
            : Task.FromException<string>(new MtunnelConnectionException($"{Name}: {path} was not handed out by the tunnel, no ticket is asked for it"));

    private string Here(string socket, int vmId) =>
        $"{_options.LocalSocketDirectory}/{PveNames.Text(vmId)}{Path.GetFileName(socket)[PveNames.Text(_options.Api.VmId).Length..]}";

    private async Task<JsonElement> TellAsync(string command, JsonElement parameters, CancellationToken cancellationToken)
    {
        try
        {
            return await Tunnel.ExecuteAsync(command, parameters, cancellationToken).ConfigureAwait(false);
        }
        catch (MtunnelException e)
        {
            throw new MigrationTargetException(e.Message, innerException: e);
        }
    }

    private async Task ReportLossAsync(MtunnelClient tunnel) => _lost.TrySetResult(await tunnel.Faulted.ConfigureAwait(false));
}
