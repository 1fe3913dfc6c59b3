using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pve.Migration.Proxmox;
using Pve.Migration.Transports;
using Pve.Migration.Tunnel;

namespace Pve.Migration;

/// <summary>A node of another Proxmox VE cluster, and the VM that is to be made there. The token in it is never logged, and not part of its text.</summary>
public sealed record PveApiTransportOptions
{
    /// <summary>The node's name or address, without a port; the API must be the node's own, since Proxmox VE hands this call on to no other.</summary>
    public required string Host { get; init; }

    /// <summary>The API's port; 8006 unless set.</summary>
    public int Port { get; init; } = 8006;

    /// <summary>The name of the node over there.</summary>
    public required string Node { get; init; }

    /// <summary>The VM's number over there, 1 to 999,999,999; it must be free there, and need not be the one here.</summary>
    public required int VmId { get; init; }

    /// <summary>
    /// The whole value of the <c>Authorization</c> header: <c>PVEAPIToken=USER@REALM!NAME=SECRET</c>. Its user needs <c>VM.Allocate</c> on
    /// <c>/vms/VMID</c> and <c>Sys.Incoming</c> on <c>/</c>, and <c>VM.Audit</c> for the VM's state to be asked.
    /// </summary>
    public required string Authorization { get; init; }

    /// <summary>
    /// The SHA-256 fingerprint of the node's certificate, 64 hexadecimal digits with or without colons: that one is trusted, and no other.
    /// Default: what the system trusts.
    /// </summary>
    public string? CertificateFingerprint { get; init; }

    /// <summary>The storages that the guest's disks will need there, which the node checks at once; none unless set.</summary>
    public IReadOnlyList<string> Storages { get; init; } = [];

    /// <summary>The bridges that the guest's network will need there, which the node checks at once; none unless set.</summary>
    public IReadOnlyList<string> Bridges { get; init; } = [];

    /// <summary>The directory there that sockets may lie in, and nowhere else; <c>/run/qemu-server</c> unless set.</summary>
    public string SocketDirectory { get; init; } = "/run/qemu-server";

    /// <summary>
    /// Asks for a ticket to a socket over there, for each connection to a forwarded socket anew; unless set, the <c>ticket</c> command of the
    /// <see cref="MtunnelClient"/> that was opened over this transport.
    /// </summary>
    public Func<string, CancellationToken, Task<string>>? RequestTicket { get; init; }

    /// <summary>For one call of the API, connecting included; 30 seconds unless set.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For TCP, TLS and the handshake of one WebSocket; 10 seconds unless set.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the node is asked whether it lives; a tunnel is held dead after three times that. 5 seconds unless set.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The clock of all deadlines but the keep-alives'; the system's unless set.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where to log; nowhere unless set.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    internal string Secret => SecretMask.OfAuthorization(Authorization);

    internal string Name => $"API of {Node} at {Host}:{Port}";

    /// <summary>The node, the host and the port; nothing secret.</summary>
    public override string ToString() => Name;

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Host);
        if (Uri.CheckHostName(Host) == UriHostNameType.Unknown)
        {
            throw new ArgumentException($"{nameof(Host)} '{Host}' is no name and no address of a host", nameof(Host));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(Port, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Port, 65535);
        PveNames.ThrowIfNoNode(Node, nameof(Node));
        PveNames.ThrowIfNoVmId(VmId);
        ThrowIfNoToken();
        if (CertificateFingerprint is not null)
        {
            _ = CertificatePin.Parse(CertificateFingerprint, nameof(CertificateFingerprint));
        }

        foreach (string storage in Storages)
        {
            PveNames.ThrowIfNoStorage(storage, nameof(Storages));
        }

        foreach (string bridge in Bridges)
        {
            PveNames.ThrowIfNoBridge(bridge, nameof(Bridges));
        }

        PveNames.ThrowIfNoDirectory(SocketDirectory, nameof(SocketDirectory));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(RequestTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ConnectTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(KeepAliveInterval, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(TimeProvider);
        ArgumentNullException.ThrowIfNull(LoggerFactory);
    }

    // What it is does not become part of the message.
    private void ThrowIfNoToken()
    {
        ArgumentException.ThrowIfNullOrEmpty(Authorization);
        string[] parts = Authorization.Split('=', 3);
        if (parts is not ["PVEAPIToken", var name, { Length: > 0 }] || !name.Contains('!', StringComparison.Ordinal)
            || Authorization.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw new ArgumentException($"{nameof(Authorization)} must read PVEAPIToken=USER@REALM!NAME=SECRET", nameof(Authorization));
        }
    }
}
