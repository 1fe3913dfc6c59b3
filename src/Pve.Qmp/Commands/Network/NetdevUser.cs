using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>A network of QEMU's own that needs no rights (type <c>user</c>).</summary>
/// <param name="Id">The id.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.NetdevAdd,
///     new NetdevUser("net0") { Hostfwd = [new("tcp:127.0.0.1:2222-:22")] },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record NetdevUser(string Id) : Netdev(Id)
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override string Type => "user";

    public string? Hostname { get; init; }

    /// <summary>Whether the guest may not reach the outside.</summary>
    public bool? Restrict { get; init; }

    [JsonPropertyName("ipv4")]
    public bool? Ipv4 { get; init; }

    [JsonPropertyName("ipv6")]
    public bool? Ipv6 { get; init; }

    public string? Ip { get; init; }

    public string? Net { get; init; }

    public string? Host { get; init; }

    public string? Tftp { get; init; }

    public string? Bootfile { get; init; }

    public string? Dhcpstart { get; init; }

    public string? Dns { get; init; }

    public IReadOnlyList<NetdevString>? Dnssearch { get; init; }

    public string? Domainname { get; init; }

    [JsonPropertyName("ipv6-prefix")]
    public string? Ipv6Prefix { get; init; }

    [JsonPropertyName("ipv6-prefixlen")]
    public long? Ipv6Prefixlen { get; init; }

    [JsonPropertyName("ipv6-host")]
    public string? Ipv6Host { get; init; }

    [JsonPropertyName("ipv6-dns")]
    public string? Ipv6Dns { get; init; }

    public string? Smb { get; init; }

    public string? Smbserver { get; init; }

    /// <summary>Ports of the host that lead to the guest.</summary>
    public IReadOnlyList<NetdevString>? Hostfwd { get; init; }

    /// <summary>Addresses in the network that lead to something on the host.</summary>
    public IReadOnlyList<NetdevString>? Guestfwd { get; init; }

    public string? TftpServerName { get; init; }
}
