namespace Pve.Qmp.Commands;

/// <summary>The data of <c>SHUTDOWN</c> and <c>RESET</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.Shutdown.TryRead(qmpEvent, out ShutdownEvent? data))
/// {
///     bool byItself = data.Guest;
/// }
/// </code>
/// </example>
public sealed record ShutdownEvent : QmpObject
{
    /// <summary>Whether the guest asked for it.</summary>
    public bool Guest { get; init; }

    /// <summary>Why.</summary>
    public ShutdownCause Reason { get; init; }
}
