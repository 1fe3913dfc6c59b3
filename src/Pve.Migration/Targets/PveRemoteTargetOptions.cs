using Pve.Migration.Proxmox;

namespace Pve.Migration;

/// <summary>How another Proxmox VE cluster is told to receive a guest. Its secrets are never logged, and not part of its text.</summary>
public sealed record PveRemoteTargetOptions
{
    /// <summary>The API there, and the VM's number there; its <see cref="PveApiTransportOptions.RequestTicket"/> is not used.</summary>
    public required PveApiTransportOptions Api { get; init; }

    /// <summary>The name of the node that the guest leaves.</summary>
    public required string SourceNode { get; init; }

    /// <summary>The machine type that the guest runs with, such as <c>pc-i440fx-9.2+pve1</c>; the target's QEMU is started with the same.</summary>
    public required string Machine { get; init; }

    /// <summary>
    /// The VM's configuration, as in <c>/etc/pve/qemu-server/VMID.conf</c>, already fit for the other cluster: bridges, shared storages and
    /// the like are the caller's to translate. Only the lines of <see cref="Disks"/> are replaced, by the volumes that were allocated there.
    /// </summary>
    public required string Config { get; init; }

    /// <summary>The VM's firewall configuration; none unless set.</summary>
    public string? FirewallConfig { get; init; }

    /// <summary>
    /// The disks to allocate there, which the source mirrors to <see cref="PveRemoteTarget.Drives"/>; each has a line with a size in
    /// <see cref="Config"/>. None unless set.
    /// </summary>
    public IReadOnlyList<PveRemoteDisk> Disks { get; init; } = [];

    /// <summary>The CPU that the guest runs with, as <c>qm start --force-cpu</c> takes it; the configuration's unless set.</summary>
    public string? ForceCpu { get; init; }

    /// <summary>The MTU of the host's side of each network device, as <c>qm start --nets-host-mtu</c> takes it; not told unless set.</summary>
    public string? NetsHostMtu { get; init; }

    /// <summary>The SPICE password, hexadecimal digits; none unless set.</summary>
    public string? SpiceTicket { get; init; }

    /// <summary>The directory here that the forwarded sockets are made in; <c>/run/qemu-server</c> unless set.</summary>
    public string LocalSocketDirectory { get; init; } = "/run/qemu-server";

    /// <summary>How long the target may take to start, volumes activated; 5 minutes unless set.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long the target may take to end its QEMU once it was told to: Proxmox VE waits 60 s for a quit and 10 s for TERM before it kills.
    /// 90 seconds unless set.
    /// </summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>The tunnel's deadlines for all else; greeting and highest dialect are not used.</summary>
    public MtunnelClientOptions Tunnel { get; init; } = new();

    /// <summary>Names the API, and nothing that is secret.</summary>
    public override string ToString() => $"{nameof(PveRemoteTargetOptions)} {{ {Api.Name}, VM {PveNames.Text(Api.VmId)}, from {SourceNode} }}";

    // what the other cluster was told and nobody else is
    internal string[] Secrets => SpiceTicket is null ? [Api.Secret] : [Api.Secret, SpiceTicket];

    internal MtunnelClientOptions EffectiveTunnel => Tunnel with
    {
        ExpectGreeting = false,
        HighestDialect = MtunnelDialect.V2,
        Secrets = Secrets,
        CommandTimeouts = new Dictionary<string, TimeSpan>(Tunnel.CommandTimeouts, StringComparer.Ordinal)
        {
            ["start"] = StartTimeout,
            ["stop"] = StopTimeout,
        },
    };

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Api);
        Api.Validate();
        PveNames.ThrowIfNoNode(SourceNode, nameof(SourceNode));
        ArgumentException.ThrowIfNullOrEmpty(Machine);
        PveNames.ThrowIfNoValue(Machine, nameof(Machine));
        PveNames.ThrowIfNoValue(ForceCpu, nameof(ForceCpu));
        PveNames.ThrowIfNoValue(NetsHostMtu, nameof(NetsHostMtu));
        ArgumentException.ThrowIfNullOrWhiteSpace(Config);
        PveNames.ThrowIfNoDirectory(LocalSocketDirectory, nameof(LocalSocketDirectory));
        foreach (PveRemoteDisk disk in Disks)
        {
            PveNames.ThrowIfNoDrive(disk.Drive, nameof(Disks));
            PveNames.ThrowIfNoStorage(disk.Storage, nameof(Disks));
            PveNames.ThrowIfNoValue(disk.Format, nameof(Disks));
            _ = VmConfigText.ReadDrive(Config, disk.Drive);
        }

        if (SpiceTicket is not null && (SpiceTicket.Length == 0 || !SpiceTicket.All(char.IsAsciiHexDigit)))
        {
            throw new ArgumentException($"{nameof(SpiceTicket)} must be hexadecimal digits", nameof(SpiceTicket));
        }

        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(StartTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(StopTimeout, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(Tunnel);
        Tunnel.Validate();
    }
}
