namespace Pve.Qmp.Commands;

/// <summary>The server's side of a SPICE connection.</summary>
/// <example>
/// <code>
/// if (QmpEvents.SpiceInitialized.TryRead(qmpEvent, out SpiceInitializedEvent? data))
/// {
///     string? auth = data.Server.Auth;
/// }
/// </code>
/// </example>
public sealed record SpiceServerInfo : QmpObject
{
    public string Host { get; init => field = value ?? ""; } = "";

    public string Port { get; init => field = value ?? ""; } = "";

    public NetworkAddressFamily Family { get; init; }

    public string? Auth { get; init; }
}
