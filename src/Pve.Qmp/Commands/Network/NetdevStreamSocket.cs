using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>Packets over a stream socket (type <c>stream</c>).</summary>
/// <param name="Id">The id.</param>
/// <param name="Addr">Where to listen or connect.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.NetdevAdd,
///     new NetdevStreamSocket("net0", SocketAddress.Unix("/run/net0")),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record NetdevStreamSocket(string Id, SocketAddress Addr) : Netdev(Id)
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override string Type => "stream";

    /// <summary>Whether it listens, as it does not where null.</summary>
    public bool? Server { get; init; }

    /// <summary>After which time to connect again; whole seconds, 0 is never. Since QEMU 8.0.</summary>
    [JsonConverter(typeof(SecondsConverter))]
    [QmpSince("8.0")]
    public TimeSpan? Reconnect { get; init; }

    /// <summary>The same in milliseconds. Since QEMU 9.2.</summary>
    [JsonPropertyName("reconnect-ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    [QmpSince("9.2")]
    public TimeSpan? ReconnectPrecisely { get; init; }
}
