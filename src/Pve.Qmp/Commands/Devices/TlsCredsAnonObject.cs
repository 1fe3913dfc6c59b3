using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>TLS without certificates (type <c>tls-creds-anon</c>): encrypted, but to whom is not known.</summary>
/// <param name="Id">The id.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.ObjectAdd,
///     new TlsCredsAnonObject("tls0") { Endpoint = TlsCredsEndpoint.Client },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record TlsCredsAnonObject(string Id) : ObjectOptions(Id)
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override string QomType => "tls-creds-anon";

    /// <summary>Whether the other side must have a certificate of ours.</summary>
    public bool? VerifyPeer { get; init; }

    /// <summary>Where the files are.</summary>
    public string? Dir { get; init; }

    /// <summary>Which side they are for.</summary>
    public TlsCredsEndpoint? Endpoint { get; init; }

    /// <summary>Which ciphers, in GnuTLS' words.</summary>
    public string? Priority { get; init; }
}
