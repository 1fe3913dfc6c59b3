using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>Packets over a socket, the old way (type <c>socket</c>).</summary>
/// <param name="Id">The id.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.NetdevAdd,
///     new NetdevSocket("net0") { Connect = "10.0.0.2:1234" },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record NetdevSocket(string Id) : Netdev(Id)
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override string Type => "socket";

    /// <summary>A socket that QEMU was given, by name or number.</summary>
    public string? Fd { get; init; }

    public string? Listen { get; init; }

    public string? Connect { get; init; }

    public string? Mcast { get; init; }

    public string? Localaddr { get; init; }

    public string? Udp { get; init; }
}
