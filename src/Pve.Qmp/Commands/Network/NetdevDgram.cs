using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>Packets over a datagram socket (type <c>dgram</c>).</summary>
/// <param name="Id">The id.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.NetdevAdd,
///     new NetdevDgram("net0") { Local = SocketAddress.Unix("/run/a"), Remote = SocketAddress.Unix("/run/b") },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record NetdevDgram(string Id) : Netdev(Id)
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override string Type => "dgram";

    /// <summary>Where to receive.</summary>
    public SocketAddress? Local { get; init; }

    /// <summary>Where to send.</summary>
    public SocketAddress? Remote { get; init; }
}
