namespace Pve.Qmp.Commands;

/// <summary>A SPICE client's channel.</summary>
/// <example>
/// <code>
/// SpiceInfo spice = await qemu.ExecuteAsync(QmpCommands.QuerySpice, cancellationToken: cancellationToken);
/// SpiceChannel? first = spice.Channels is [var channel, ..] ? channel : null;
/// </code>
/// </example>
public sealed record SpiceChannel : QmpObject
{
    public string Host { get; init => field = value ?? ""; } = "";

    public string Port { get; init => field = value ?? ""; } = "";

    public NetworkAddressFamily Family { get; init; }

    /// <summary>Channels of one client have the same.</summary>
    public long ConnectionId { get; init; }

    public long ChannelType { get; init; }

    public long ChannelId { get; init; }

    public bool Tls { get; init; }
}
