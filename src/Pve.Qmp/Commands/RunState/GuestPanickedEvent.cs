namespace Pve.Qmp.Commands;

/// <summary>The data of <c>GUEST_PANICKED</c> and <c>GUEST_CRASHLOADED</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.GuestPanicked.TryRead(qmpEvent, out GuestPanickedEvent? data))
/// {
///     GuestPanicAction action = data.Action;
/// }
/// </code>
/// </example>
public sealed record GuestPanickedEvent : QmpObject
{
    /// <summary>What QEMU does about it.</summary>
    public GuestPanicAction Action { get; init; }

    /// <summary>What the guest said.</summary>
    public GuestPanicInformation? Info { get; init; }
}
