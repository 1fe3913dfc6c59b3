using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>A stream socket.</summary>
/// <param name="Addr">Where to listen or connect.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.ChardevAdd,
///     new("serial1", ChardevBackend.Socket(new(SocketAddress.Unix("/run/vm/serial1")) { Wait = false })),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record ChardevSocket([property: JsonConverter(typeof(LegacySocketAddressConverter))] SocketAddress Addr) : QmpObject
{
    /// <summary>A file that gets a copy of what is written.</summary>
    public string? Logfile { get; init; }

    /// <summary>Whether it is kept, rather than begun anew.</summary>
    public bool? Logappend { get; init; }

    /// <summary>The id of the TLS credentials.</summary>
    public string? TlsCreds { get; init; }

    /// <summary>The id of what decides which clients may connect.</summary>
    public string? TlsAuthz { get; init; }

    /// <summary>Whether it listens, as it does where null.</summary>
    public bool? Server { get; init; }

    /// <summary>Whether the command waits for a client.</summary>
    public bool? Wait { get; init; }

    /// <summary>Whether small packets go at once.</summary>
    public bool? Nodelay { get; init; }

    public bool? Telnet { get; init; }

    [JsonPropertyName("tn3270")]
    public bool? Tn3270 { get; init; }

    public bool? Websocket { get; init; }

    /// <summary>After which time to connect again; whole seconds, 0 is never.</summary>
    [JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? Reconnect { get; init; }

    /// <summary>The same in milliseconds. Since QEMU 9.2.</summary>
    [JsonPropertyName("reconnect-ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    [QmpSince("9.2")]
    public TimeSpan? ReconnectPrecisely { get; init; }
}
