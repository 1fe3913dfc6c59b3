namespace Pve.Qmp.Commands;

/// <summary>The data of <c>SPICE_INITIALIZED</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.SpiceInitialized.TryRead(qmpEvent, out SpiceInitializedEvent? data))
/// {
///     bool tls = data.Client.Tls;
/// }
/// </code>
/// </example>
public sealed record SpiceInitializedEvent : QmpObject
{
    public SpiceServerInfo Server { get; init => field = value ?? new(); } = new();

    public SpiceChannel Client { get; init => field = value ?? new(); } = new();
}
