namespace Pve.Qmp.Commands;

/// <summary>The answer to <c>query-vnc</c>.</summary>
/// <example>
/// <code>
/// VncInfo vnc = await qemu.ExecuteAsync(QmpCommands.QueryVnc, cancellationToken: cancellationToken);
/// bool on = vnc.Enabled;
/// </code>
/// </example>
public sealed record VncInfo : QmpObject
{
    public bool Enabled { get; init; }

    public string? Host { get; init; }

    public NetworkAddressFamily? Family { get; init; }

    /// <summary>The port.</summary>
    public string? Service { get; init; }

    public string? Auth { get; init; }

    public IReadOnlyList<VncClientInfo>? Clients { get; init; }
}
