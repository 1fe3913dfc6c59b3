using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>A VNC client.</summary>
/// <example>
/// <code>
/// VncInfo vnc = await qemu.ExecuteAsync(QmpCommands.QueryVnc, cancellationToken: cancellationToken);
/// VncClientInfo? first = vnc.Clients is [var client, ..] ? client : null;
/// </code>
/// </example>
public sealed record VncClientInfo : QmpObject
{
    public string Host { get; init => field = value ?? ""; } = "";

    public string Service { get; init => field = value ?? ""; } = "";

    public NetworkAddressFamily Family { get; init; }

    public bool Websocket { get; init; }

    [JsonPropertyName("x509_dname")]
    public string? X509Dname { get; init; }

    [JsonPropertyName("sasl_username")]
    public string? SaslUsername { get; init; }
}
