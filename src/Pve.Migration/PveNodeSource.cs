using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Pve.Migration.Diagnostics;
using Pve.Migration.Ownership;
using Pve.Migration.Proxmox;

namespace Pve.Migration;

/// <summary>
/// Proxmox VE's way to own a guest: its configuration lies in the folder of one node, and is moved to another's by one rename in the
/// cluster's file system. It runs on the source node, as root.
/// </summary>
/// <remarks>
/// <code>
/// prepare   qm set VMID --lock migrate
/// commit    ROOT/nodes/A/qemu-server/VMID.conf → ROOT/nodes/B/qemu-server/VMID.conf
/// revert    the same rename back · qm unlock VMID, where this locked it
/// </code>
/// The lock is Proxmox VE's own to set: <c>qm set</c> holds its lock file, refuses a guest that somebody else has locked, and knows the
/// sections of a configuration. Written by us, a change that somebody made in between would be lost. It costs a second, before the pause.
/// It travels with the file, and the target releases it there. Of one guest's calls only one runs at a time.
/// </remarks>
public sealed class PveNodeSource : IOwnershipHandover
{
    private const string SeeCluster = "See with 'pvecm status' that the cluster has quorum, and that its file system is mounted.";

    private readonly PveNodeSourceOptions _options;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<int, Guest> _guests = new();

    /// <summary>Creates the handover.</summary>
    /// <exception cref="ArgumentException">A node's name is none, or both are the same.</exception>
    public PveNodeSource(PveNodeSourceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _logger = options.LoggerFactory.CreateLogger(typeof(PveNodeSource).FullName!);
    }

    /// <summary>Locks the guest, unless this did already.</summary>
    /// <exception cref="OwnershipException">Its configuration is not at the source, or somebody else has locked it.</exception>
    public Task PrepareAsync(int vmId, CancellationToken cancellationToken) => InTurnAsync(vmId, async guest =>
    {
        if (!FileOf(vmId).IsAtSource)
        {
            throw new OwnershipException($"The configuration of VM {vmId} has been moved to node {_options.TargetNode} already.");
        }

        if (!guest.MayBeLocked)
        {
            await QmAsync(guest, vmId, locks: true, cancellationToken, "set", PveNames.Text(vmId), "--lock", "migrate").ConfigureAwait(false);
        }
    }, cancellationToken);

    /// <summary>Moves the configuration to the target node, unless it is there.</summary>
    /// <exception cref="OwnershipException">It is at neither node or at both, or could not be moved.</exception>
    public Task CommitAsync(int vmId, CancellationToken cancellationToken) => InTurnAsync(vmId, _ =>
    {
        if (FileOf(vmId).MoveToTarget())
        {
            _logger.ConfigMoved(vmId, ConfigPath(_options.SourceNode, vmId), ConfigPath(_options.TargetNode, vmId));
        }

        return Task.CompletedTask;
    }, cancellationToken);

    /// <summary>Moves the configuration back to the source node, unless it is there, and unlocks the guest where this locked it.</summary>
    /// <exception cref="OwnershipException">It is at neither node or at both, or could not be moved or unlocked.</exception>
    public Task RevertAsync(int vmId, CancellationToken cancellationToken) => InTurnAsync(vmId, async guest =>
    {
        if (FileOf(vmId).MoveToSource())
        {
            _logger.ConfigMoved(vmId, ConfigPath(_options.TargetNode, vmId), ConfigPath(_options.SourceNode, vmId));
        }

        if (guest.MayBeLocked && LockOf(vmId) == "migrate")
        {
            await QmAsync(guest, vmId, locks: false, cancellationToken, "unlock", PveNames.Text(vmId)).ConfigureAwait(false);
        }

        guest.MayBeLocked = false;
    }, cancellationToken);

    /// <summary>Unlocks the guest at the source, whoever locked it: for what a migration that crashed left behind.</summary>
    /// <exception cref="OwnershipException">Its configuration is not at the source, or <c>qm unlock</c> failed.</exception>
    public Task UnlockAsync(int vmId, CancellationToken cancellationToken = default) => InTurnAsync(vmId, async guest =>
    {
        if (!FileOf(vmId).IsAtSource)
        {
            throw new OwnershipException($"The configuration of VM {vmId} is at node {_options.TargetNode}.", "Unlock it there.");
        }

        await QmAsync(guest, vmId, locks: false, cancellationToken, "unlock", PveNames.Text(vmId)).ConfigureAwait(false);
    }, cancellationToken);

    // A call that its caller gave up may still hang in the file system. The next one waits for it, so that a revert finds what is, and
    // not what was.
    private async Task InTurnAsync(int vmId, Func<Guest, Task> action, CancellationToken cancellationToken)
    {
        PveNames.ThrowIfNoVmId(vmId);
        var guest = _guests.GetOrAdd(vmId, static _ => new Guest());
        await guest.Turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();

            // elsewhere: a file system without quorum may keep whoever asks it
            await Task.Run(() => action(guest), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            guest.Turn.Release();
        }
    }

    private string ConfigPath(string node, int vmId) => Path.Combine(_options.ConfigRoot, "nodes", node, "qemu-server", $"{PveNames.Text(vmId)}.conf");

    private MovingFile FileOf(int vmId) => new(vmId, PlaceAt(_options.SourceNode, vmId), PlaceAt(_options.TargetNode, vmId), "node", SeeCluster);

    private (string Path, string Place) PlaceAt(string node, int vmId) => (ConfigPath(node, vmId), $"node {node} in the cluster");

    // The lock of the guest itself: sections that begin with '[' are snapshots and changes to come.
    private string? LockOf(int vmId)
    {
        const string Key = "lock: ";
        try
        {
            return File.ReadLines(ConfigPath(_options.SourceNode, vmId))
                .TakeWhile(line => !line.StartsWith('['))
                .FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal))?[Key.Length..].Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OwnershipException($"The configuration of VM {vmId} cannot be read: {e.Message}", SeeCluster, e);
        }
    }

    private async Task QmAsync(Guest guest, int vmId, bool locks, CancellationToken cancellationToken, params string[] arguments)
    {
        var command = $"qm {string.Join(' ', arguments)}";
        _logger.NodeCommand(vmId, command);
        guest.MayBeLocked = true; // whatever it was, until it has ended
        var (exitCode, failure) = await LocalCommand.RunAsync(_options.QmPath, arguments, _options.CommandTimeout, _options.TimeProvider, cancellationToken)
            .ConfigureAwait(false);
        if (exitCode != 0)
        {
            guest.MayBeLocked = !locks || exitCode is null;
            throw new OwnershipException($"'{command}' failed: {failure}", "A lock that a crashed operation left is released by 'qm unlock'.");
        }

        guest.MayBeLocked = locks;
    }

    private sealed class Guest
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        // a command that was given up may have locked
        public bool MayBeLocked { get; set; }
    }
}
