namespace Pve.Qmp.Commands;

/// <summary>The data of <c>MEM_UNPLUG_ERROR</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.MemUnplugError.TryRead(qmpEvent, out MemUnplugErrorEvent? data))
/// {
///     string why = data.Msg;
/// }
/// </code>
/// </example>
public sealed record MemUnplugErrorEvent : QmpObject
{
    public string Device { get; init => field = value ?? ""; } = "";

    public string Msg { get; init => field = value ?? ""; } = "";
}
