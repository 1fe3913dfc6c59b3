using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>nbd-server-start</c>.</summary>
/// <param name="Addr">Where to listen.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.NbdServerStart,
///     new(SocketAddress.Unix("/run/vm/100.nbd")) { MaxConnections = 1 },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record NbdServerStart([property: JsonConverter(typeof(LegacySocketAddressConverter))] SocketAddress Addr) : QmpObject
{
    /// <summary>The id of the TLS credentials.</summary>
    public string? TlsCreds { get; init; }

    /// <summary>The id of what decides which clients may connect.</summary>
    public string? TlsAuthz { get; init; }

    /// <summary>How many clients at once; 0 is no limit.</summary>
    public int? MaxConnections { get; init; }

    /// <summary>How long a client may take to negotiate; whole seconds, 0 is no limit. Since QEMU 10.0.</summary>
    [JsonPropertyName("handshake-max-seconds")]
    [JsonConverter(typeof(SecondsConverter))]
    [QmpSince("10.0")]
    public TimeSpan? HandshakeMax { get; init; }
}
