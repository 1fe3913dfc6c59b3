namespace Pve.Qmp.Commands;

/// <summary>The data of <c>MEMORY_FAILURE</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.MemoryFailure.TryRead(qmpEvent, out MemoryFailureEvent? data))
/// {
///     MemoryFailureAction action = data.Action;
/// }
/// </code>
/// </example>
public sealed record MemoryFailureEvent : QmpObject
{
    public MemoryFailureRecipient Recipient { get; init; }

    public MemoryFailureAction Action { get; init; }

    public MemoryFailureFlags Flags { get; init => field = value ?? new(); } = new();
}
