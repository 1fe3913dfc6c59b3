using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>A shared key for TLS (type <c>tls-creds-psk</c>).</summary>
/// <param name="Id">The id.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.ObjectAdd,
///     new TlsCredsPskObject("tls0") { Dir = "/etc/pki/qemu-psk", Endpoint = TlsCredsEndpoint.Client },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record TlsCredsPskObject(string Id) : ObjectOptions(Id)
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override string QomType => "tls-creds-psk";

    /// <summary>Whether the other side must have a certificate of ours.</summary>
    public bool? VerifyPeer { get; init; }

    /// <summary>Where the files are.</summary>
    public string? Dir { get; init; }

    /// <summary>Which side they are for.</summary>
    public TlsCredsEndpoint? Endpoint { get; init; }

    /// <summary>Which ciphers, in GnuTLS' words.</summary>
    public string? Priority { get; init; }

    /// <summary>The name of the client.</summary>
    public string? Username { get; init; }
}
