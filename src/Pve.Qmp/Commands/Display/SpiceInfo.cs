namespace Pve.Qmp.Commands;

/// <summary>The answer to <c>query-spice</c>.</summary>
/// <example>
/// <code>
/// SpiceInfo spice = await qemu.ExecuteAsync(QmpCommands.QuerySpice, cancellationToken: cancellationToken);
/// bool clientMoved = spice.Migrated;
/// </code>
/// </example>
public sealed record SpiceInfo : QmpObject
{
    public bool Enabled { get; init; }

    /// <summary>Whether the last migration's client has moved.</summary>
    public bool Migrated { get; init; }

    public string? Host { get; init; }

    public long? Port { get; init; }

    public long? TlsPort { get; init; }

    /// <summary><c>none</c> or <c>spice</c>.</summary>
    public string? Auth { get; init; }

    public string? CompiledVersion { get; init; }

    public SpiceMouseMode MouseMode { get; init; }

    /// <summary>The clients' channels.</summary>
    public IReadOnlyList<SpiceChannel>? Channels { get; init; }
}
