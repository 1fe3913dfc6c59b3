namespace Pve.Qmp.Commands;

/// <summary>The data of <c>WATCHDOG</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.Watchdog.TryRead(qmpEvent, out WatchdogEvent? data))
/// {
///     WatchdogAction action = data.Action;
/// }
/// </code>
/// </example>
public sealed record WatchdogEvent : QmpObject
{
    /// <summary>What QEMU does about it.</summary>
    public WatchdogAction Action { get; init; }
}
