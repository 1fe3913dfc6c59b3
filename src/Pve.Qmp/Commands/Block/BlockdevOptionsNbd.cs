using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>A disk behind an NBD server (driver <c>nbd</c>).</summary>
/// <param name="Server">The server.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockdevAdd,
///     new BlockdevOptionsNbd(SocketAddress.Inet("10.0.0.2", "10809")) { NodeName = "target0", Export = "drive0" },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockdevOptionsNbd(SocketAddress Server) : BlockdevOptions
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override string Driver => "nbd";

    /// <summary>The export's name; the default export where null.</summary>
    public string? Export { get; init; }

    /// <summary>The id of the TLS credentials.</summary>
    public string? TlsCreds { get; init; }

    /// <summary>The name that the server's certificate must have.</summary>
    public string? TlsHostname { get; init; }

    /// <summary>Shows a bitmap of the server as the node's allocation; unstable.</summary>
    public string? XDirtyBitmap { get; init; }

    /// <summary>How long a request waits for a lost connection to come back; whole seconds.</summary>
    [JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? ReconnectDelay { get; init; }

    /// <summary>How long to try to connect; whole seconds.</summary>
    [JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? OpenTimeout { get; init; }
}
