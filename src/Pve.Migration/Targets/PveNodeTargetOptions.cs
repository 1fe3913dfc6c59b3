using System.Net;
using Pve.Migration.Proxmox;

namespace Pve.Migration;

/// <summary>How a Proxmox VE node is told to receive a guest.</summary>
public sealed record PveNodeTargetOptions
{
    /// <summary>How the node is reached; forwards and remote command in it are not used.</summary>
    public required SshTransportOptions Ssh { get; init; }

    /// <summary>The name of the node that the guest leaves.</summary>
    public required string SourceNode { get; init; }

    /// <summary>The machine type that the guest runs with, such as <c>pc-i440fx-9.2+pve1</c>; the target's QEMU must be started with the same.</summary>
    public required string Machine { get; init; }

    /// <summary>Through ssh or in the clear; through ssh unless set.</summary>
    public PveMigrationType Type { get; init; } = PveMigrationType.Secure;

    /// <summary>What the node awaits the RAM on; a unix socket through ssh and TCP in the clear, unless set.</summary>
    public PveStateUri? StateUri { get; init; }

    /// <summary>The network that the RAM is to travel in; the node's choice unless set. In the clear, an address outside it is refused.</summary>
    public IPNetwork? MigrationNetwork { get; init; }

    /// <summary>Where disks are to lie on the target, as <c>qm start --targetstorage</c> takes it: a storage, a map, or <c>1</c> for the same; not given unless set.</summary>
    public string? TargetStorage { get; init; }

    /// <summary>Further arguments of <c>qm start</c>, such as <c>--force-cpu</c> and its value; none unless set.</summary>
    public IReadOnlyList<string> ExtraStartArguments { get; init; } = [];

    /// <summary>The <c>nbd_protocol_version</c> that the node is told: 1, NBD over unix sockets, unless set.</summary>
    public int NbdProtocolVersion { get; init; } = 1;

    /// <summary>The SPICE password; it goes by standard input alone. None unless set.</summary>
    public string? SpiceTicket { get; init; }

    /// <summary>The replicated volumes that the node is to use again; none unless set.</summary>
    public IReadOnlyList<string> ReplicatedVolumes { get; init; } = [];

    /// <summary>The disks that were copied ahead, with their volumes on the target; none unless set.</summary>
    public IReadOnlyList<PveDriveVolume> OfflineVolumes { get; init; } = [];

    /// <summary>
    /// The replication state as JSON, read when it is sent; <c>{}</c> unless set. The way of Proxmox VE puts it on the command line of
    /// <c>pvesr set-state</c>, where the processes of both hosts can see it.
    /// </summary>
    public Func<int, CancellationToken, Task<string>> ReplicationState { get; init; } = (_, _) => Task.FromResult("{}");

    /// <summary>How long <c>qm start</c> may take, connecting included; 5 minutes unless set, since it activates volumes and allocates disks.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long each other command may take, connecting included; 60 seconds unless set.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the target's QEMU may take to end once it was told to; 30 seconds unless set.</summary>
    public TimeSpan EndTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The directory there that sockets may lie in, and nowhere else; <c>/run/qemu-server</c> unless set.</summary>
    public string RemoteSocketDirectory { get; init; } = "/run/qemu-server";

    /// <summary>The directory here that the forwarded sockets are made in; <c>/run/qemu-server</c> unless set.</summary>
    public string LocalSocketDirectory { get; init; } = "/run/qemu-server";

    /// <summary>The tunnel's command there; <c>qm mtunnel</c> unless set.</summary>
    public IReadOnlyList<string> TunnelCommand { get; init; } = ["qm", "mtunnel"];

    /// <summary>The tunnel's deadlines.</summary>
    public MtunnelClientOptions Tunnel { get; init; } = new();

    /// <summary>
    /// Looks for the VM's QEMU among the node's processes: code 0 where there is one, 1 where there is none. Unless set, <c>pgrep</c> for
    /// the <c>-id VMID</c> that Proxmox VE starts each QEMU with.
    /// </summary>
    public Func<int, IReadOnlyList<string>> FindProcess { get; init; } = vm => ["pgrep", "-f", $"[-]id {PveNames.Text(vm)}( |$)"];

    /// <summary>Names the host and the way, and nothing that is secret.</summary>
    public override string ToString() => $"{nameof(PveNodeTargetOptions)} {{ {Ssh.Name}, from {SourceNode}, {Type} }}";

    internal PveStateUri EffectiveStateUri => StateUri ?? (Type == PveMigrationType.Secure ? PveStateUri.Unix : PveStateUri.Tcp);

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Ssh);
        ArgumentNullException.ThrowIfNull(ReplicationState);
        ArgumentNullException.ThrowIfNull(FindProcess);
        ArgumentOutOfRangeException.ThrowIfZero(TunnelCommand.Count, nameof(TunnelCommand));
        PveNames.ThrowIfNoNode(SourceNode, nameof(SourceNode));
        ArgumentException.ThrowIfNullOrEmpty(Machine);
        PveNames.ThrowIfNoValue(Machine, nameof(Machine));
        PveNames.ThrowIfNoValue(TargetStorage, nameof(TargetStorage));
        PveNames.ThrowIfNoDirectory(RemoteSocketDirectory, nameof(RemoteSocketDirectory));
        PveNames.ThrowIfNoDirectory(LocalSocketDirectory, nameof(LocalSocketDirectory));
        PveNames.ThrowIfNoLine(SpiceTicket, nameof(SpiceTicket));
        foreach (var volume in ReplicatedVolumes)
        {
            PveNames.ThrowIfNoLine(volume, nameof(ReplicatedVolumes));
        }

        foreach (var (drive, volume) in OfflineVolumes)
        {
            PveNames.ThrowIfNoLine(drive, nameof(OfflineVolumes));
            PveNames.ThrowIfNoLine(volume, nameof(OfflineVolumes));
        }

        if (Type == PveMigrationType.Insecure && StateUri == PveStateUri.Unix)
        {
            throw new ArgumentException("A unix socket is reached through ssh: say Secure, or Tcp.", nameof(StateUri));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(NbdProtocolVersion);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(StartTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(CommandTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(EndTimeout, TimeSpan.Zero);
    }
}
