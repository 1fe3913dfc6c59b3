namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>client_migrate_info</c>.</summary>
/// <param name="Protocol"><c>spice</c>.</param>
/// <param name="Hostname">The target's host.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.ClientMigrateInfo,
///     new("spice", "10.0.0.2") { TlsPort = 61000 },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record ClientMigrateInfo(string Protocol, string Hostname) : QmpObject
{
    /// <summary>The target's port.</summary>
    public int? Port { get; init; }

    /// <summary>The target's TLS port.</summary>
    public int? TlsPort { get; init; }

    /// <summary>The name that its certificate must have.</summary>
    public string? CertSubject { get; init; }
}
