using Microsoft.Extensions.Logging;
using Pve.Migration.Diagnostics;
using Pve.Migration.Proxmox;
using Pve.Migration.Tunnel;
using Pve.Qmp;

namespace Pve.Migration;

/// <summary>
/// A Proxmox VE node: <c>qm start</c> over ssh starts the target's QEMU and tells where it listens, <c>qm mtunnel</c> takes what it can,
/// and one ssh a command does the rest. The QEMU's monitor is the node's. It serves one migration.
/// </summary>
/// <remarks>
/// <c>qm stop --migratedfrom</c> sends TERM, forgets the process's number and returns, so that <c>qm status</c> would say "stopped" of a
/// QEMU that lives. The proof that it is gone is that the node's processes hold none (<see cref="PveNodeTargetOptions.FindProcess"/>).
/// </remarks>
public sealed class PveNodeTarget : IMigrationTarget
{
    private const int MaxQuoted = 500;
    private static readonly TimeSpan GonePoll = TimeSpan.FromMilliseconds(200);

    private readonly PveNodeTargetOptions _options;
    private readonly ILogger _logger;
    private readonly SshCommandRunner _ssh;
    private readonly RemoteCommands _commands;
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private NodeForwards? _forwards;
    private SshCommandTarget? _byCommand;
    private TunnelTarget? _target;
    private string _replicationState = "{}";
    private bool _mayExist;

    /// <summary>Creates the target.</summary>
    /// <exception cref="ArgumentException">An option could be taken for another one by ssh or <c>qm</c>, or they contradict each other.</exception>
    public PveNodeTarget(PveNodeTargetOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        string[] secrets = options.SpiceTicket is { } ticket ? [ticket] : [];
        options = options with { Ssh = options.Ssh with { Secrets = secrets }, Tunnel = options.Tunnel with { Secrets = secrets } };
        _options = options;
        _logger = options.Ssh.LoggerFactory.CreateLogger(typeof(PveNodeTarget).FullName!);
        _ssh = new SshCommandRunner(options.Ssh);
        _commands = new RemoteCommands(_ssh, options.CommandTimeout);
    }

    /// <inheritdoc/>
    public string Name => _ssh.Name;

    /// <inheritdoc/>
    public string? Dialect => _target?.Dialect;

    /// <summary>Never completes by itself: where the tunnel is lost, commands go their own way, and the RAM's end is QEMU's to tell.</summary>
    public Task<string> Lost => _target?.Lost ?? _lost.Task;

    /// <summary>What <c>qm start</c> printed; null before it was run, and where it failed.</summary>
    public QmStartOutput? Started { get; private set; }

    /// <summary>The disks that the target's NBD server takes, each with the address that the source reaches it by; empty before the start.</summary>
    public IReadOnlyList<QmStartDrive> Drives
        => Started is null || _forwards is null ? [] : [.. Started.Drives.Select(drive => drive with { Address = _forwards.Reach(drive.Address) })];

    /// <summary>Sees that commands get through, before anything is changed.</summary>
    /// <returns>Null: the monitor is the node's.</returns>
    /// <exception cref="MigrationTargetException">They do not.</exception>
    public async Task<QmpClient?> OpenAsync(CancellationToken cancellationToken)
    {
        await _commands.RunAsync(QmCommands.Probe, cancellationToken).ConfigureAwait(false);
        return null;
    }

    /// <summary>By <c>date</c>.</summary>
    public Task<DateTimeOffset?> ReadClockAsync(CancellationToken cancellationToken) => _commands.ReadClockAsync(cancellationToken);

    /// <summary>Starts the target's QEMU, and opens the tunnel with its sockets forwarded.</summary>
    /// <returns>The URI that the source's QEMU connects to.</returns>
    /// <exception cref="MigrationTargetException">
    /// <c>qm start</c> failed or did not end in time, or what it printed cannot be used; or the tunnel does not open.
    /// </exception>
    public async Task<string> StartIncomingAsync(int vmId, CancellationToken cancellationToken)
    {
        PveNames.ThrowIfNoVmId(vmId);
        var output = await StartAsync(vmId, cancellationToken).ConfigureAwait(false);
        _forwards = new NodeForwards(_options, vmId, output);
        Started = output;
        var uri = _forwards.Reach(output.Migration!).ToString();
        _logger.NodeListens(Name, vmId, output.Migration!.ToString(), uri);

        var qemu = IncomingQemu.OutOfReach(uri, token => EndAsync(vmId, token));
        _byCommand = new SshCommandTarget(qemu, _ssh, new SshCommandTargetOptions
        {
            SetReplicationState = vm => QmCommands.SetReplicationState(vm, _replicationState),
            Probe = QmCommands.Probe,
            Timeout = _options.CommandTimeout,
        });
        _target = new TunnelTarget(qemu, _forwards.Transport(), _byCommand, _options.Tunnel);
        await _target.OpenAsync(cancellationToken).ConfigureAwait(false);
        return uri;
    }

    /// <summary>Where the disks that <c>qm start</c> told of are reached; a disk is named as there, <c>scsi0</c> or <c>drive-scsi0</c>.</summary>
    /// <exception cref="MigrationTargetException">It told of no such disk.</exception>
    public Task<IReadOnlyList<DiskExport>> ExportDisksAsync(int vmId, IReadOnlyList<MigrationDisk> disks, ExportTls? tls, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(disks);
        return Task.FromResult(DriveExports.Of(Drives, disks, Name));
    }

    /// <summary>Over the tunnel where the node can, else by <c>qm nbdstop</c>.</summary>
    public Task StopExportsAsync(int vmId, CancellationToken cancellationToken) => Target.StopExportsAsync(vmId, cancellationToken);

    /// <inheritdoc/>
    public Task MakeReadyAsync(int vmId, CancellationToken cancellationToken) => Target.MakeReadyAsync(vmId, cancellationToken);

    /// <inheritdoc/>
    public Task WakeAsync() => Target.WakeAsync();

    /// <inheritdoc/>
    public async Task SetReplicationStateAsync(int vmId, CancellationToken cancellationToken)
    {
        _replicationState = await _options.ReplicationState(vmId, cancellationToken).ConfigureAwait(false);
        await Target.SetReplicationStateAsync(vmId, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the target's NBD server with <c>qm nbdstop</c>, once the disks are mirrored.</summary>
    /// <exception cref="MigrationTargetException">It refused, or did not answer.</exception>
    public Task StopNbdAsync(int vmId, CancellationToken cancellationToken = default)
        => (_byCommand ?? throw NotStarted()).StopNbdAsync(vmId, cancellationToken);

    /// <inheritdoc/>
    public Task<ResumeResult> ResumeAsync(int vmId, CancellationToken cancellationToken) => Target.ResumeAsync(vmId, cancellationToken);

    /// <summary>Asks <c>qm status --verbose</c>, which knows the guest once its configuration was moved to the node.</summary>
    /// <returns>Null where it does not, where QEMU does not answer the node, or where the guest has run and stands still.</returns>
    /// <exception cref="MigrationTargetException">The node cannot be asked.</exception>
    public async Task<bool?> IsRunningAsync(int vmId, CancellationToken cancellationToken)
    {
        var status = await _commands.AskAsync(QmCommands.Status(vmId), cancellationToken).ConfigureAwait(false);
        return status.ExitCode == 0 ? QmCommands.ReadStatus(status.StandardOutput) : null;
    }

    /// <inheritdoc/>
    public Task UnlockAsync(int vmId, CancellationToken cancellationToken) => Target.UnlockAsync(vmId, cancellationToken);

    /// <inheritdoc/>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await (_target?.CloseAsync(cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);
        }
        finally
        {
            _forwards?.RemoveLeftovers(_logger);
        }
    }

    /// <summary>Stops the target's QEMU, and returns once the node's processes hold it no more; nothing is done where it was never started.</summary>
    /// <exception cref="MigrationTargetException">It could not be proven gone.</exception>
    public Task DestroyAsync(int vmId, CancellationToken cancellationToken)
        => !_mayExist ? Task.CompletedTask : _target?.DestroyAsync(vmId, cancellationToken) ?? EndAsync(vmId, cancellationToken);

    /// <summary>Ends the tunnel. The target's QEMU is left as it is.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_target is not null)
        {
            await _target.DisposeAsync().ConfigureAwait(false);
        }

        _forwards?.RemoveLeftovers(_logger);
    }

    private TunnelTarget Target => _target ?? throw NotStarted();

    private static InvalidOperationException NotStarted() => new("The target has not been started.");

    private async Task EndAsync(int vmId, CancellationToken cancellationToken)
    {
        // Once the configuration was moved, the first finds none at the source; the second finds it here.
        var stop = await _commands.AskAsync(QmCommands.StopIncoming(vmId, _options.SourceNode), cancellationToken).ConfigureAwait(false);
        if (stop.ExitCode != 0)
        {
            stop = await _commands.AskAsync(QmCommands.Stop(vmId), cancellationToken).ConfigureAwait(false);
        }

        await ProveGoneAsync(vmId, stop, cancellationToken).ConfigureAwait(false);
        _mayExist = false;
        _logger.NodeVmGone(Name, vmId);
    }

    private async Task<QmStartOutput> StartAsync(int vmId, CancellationToken cancellationToken)
    {
        var command = QmCommands.Start(vmId, _options);
        _mayExist = true;
        SshCommandResult result;
        try
        {
            // What it says may quote what it reads, and a ticket is in that: it is logged here, masked.
            result = await _ssh.Unlogged()
                .RunAsync(command, _options.StartTimeout, QmCommands.StartInput(_options), cancellationToken).ConfigureAwait(false);
        }
        catch (SshCommandTimeoutException e)
        {
            throw Failed($"{Name}: it did not end within {e.Deadline.TotalSeconds:0.###} s, what it did is unknown{Said(e.StandardError)}");
        }
        catch (MtunnelConnectionException e)
        {
            _mayExist = false;
            throw RemoteCommands.Failed(command, e.Message, e);
        }

        var output = QmStartOutput.Parse(result.StandardOutput);
        foreach (var line in result.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            _logger.NodeStartSaid(Name, Masked(line));
        }

        if (result.ExitCode != 0)
        {
            throw Failed($"{Name}: it ended with code {result.ExitCode}{Said(result.StandardError)}");
        }

        Check(output, result.StandardError);
        return output;
    }

    // A node that says something else than we read is one whose start means something else than we think.
    private void Check(QmStartOutput output, string error)
    {
        if (output.UnreadableLines is [var line, ..])
        {
            throw Failed($"{Name}: it said '{Masked(line)}', which is not understood");
        }

        if (output.Migration is null)
        {
            var cutOff = output.CutOff is null ? "" : $"; its last line was cut off: '{Masked(output.CutOff)}'";
            throw Failed($"{Name}: it did not say where the migration listens{cutOff}{Said(error)}");
        }

        if (_options.ReplicatedVolumes.Except(output.ReusedVolumes.Select(volume => volume.VolumeId)).ToList() is [var missing, ..])
        {
            throw Failed($"{Name}: it does not use the replicated volume {missing} again, and would have it copied anew");
        }
    }

    private async Task ProveGoneAsync(int vmId, SshCommandResult stop, CancellationToken cancellationToken)
    {
        var find = _options.FindProcess(vmId);
        var time = _options.Ssh.TimeProvider;
        var began = time.GetTimestamp();
        while (true)
        {
            var found = await _commands.AskAsync(find, cancellationToken).ConfigureAwait(false);
            if (found.ExitCode == 1 && found.StandardOutput.Length == 0) // a login shell that refuses says 1 as well, and why
            {
                return;
            }

            var said = stop.ExitCode == 0 ? "'qm stop' succeeded" : $"'qm stop' failed: {Masked(stop.Failure.Message)}";
            if (found.ExitCode != 0)
            {
                throw NotProven(vmId, $"{said}, and its processes cannot be looked at: {found.Failure.Message}");
            }

            if (time.GetElapsedTime(began) > _options.EndTimeout)
            {
                throw NotProven(vmId, $"{said}, and its process is still there");
            }

            await Task.Delay(GonePoll, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private MigrationTargetException NotProven(int vmId, string why)
        => new($"{Name}: the QEMU of VM {vmId} could not be proven dead: {why}.", "End its process there by hand.");

    private static MigrationTargetException Failed(string why)
        => new($"'qm start' failed: {why}", "The task log of the target node says more.");

    // of a program's complaints the last ones count
    private string Said(string error)
    {
        var words = SecretMask.Apply(error.Trim(), _options.SpiceTicket);
        return words.Length == 0 ? "" : $": {WireText.ToSingleLine(words[Math.Max(0, words.Length - MaxQuoted)..])}";
    }

    private string Masked(string text) => WireText.ToSingleLine(SecretMask.Apply(text, _options.SpiceTicket), MaxQuoted);
}
