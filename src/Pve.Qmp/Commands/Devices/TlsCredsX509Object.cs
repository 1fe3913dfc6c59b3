using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>Certificates for TLS (type <c>tls-creds-x509</c>).</summary>
/// <param name="Id">The id.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.ObjectAdd,
///     new TlsCredsX509Object("tls0") { Dir = "/etc/pki/qemu", Endpoint = TlsCredsEndpoint.Server },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record TlsCredsX509Object(string Id) : ObjectOptions(Id)
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override string QomType => "tls-creds-x509";

    /// <summary>Whether the other side must have a certificate of ours.</summary>
    public bool? VerifyPeer { get; init; }

    /// <summary>Where the files are.</summary>
    public string? Dir { get; init; }

    /// <summary>Which side they are for.</summary>
    public TlsCredsEndpoint? Endpoint { get; init; }

    /// <summary>Which ciphers, in GnuTLS' words.</summary>
    public string? Priority { get; init; }

    /// <summary>Whether certificates are checked when they are loaded.</summary>
    public bool? SanityCheck { get; init; }

    /// <summary>The secret that the key is encrypted with.</summary>
    public string? Passwordid { get; init; }
}
