namespace Pve.Qmp.Commands;

/// <summary>What is known of broken memory.</summary>
/// <example>
/// <code>
/// if (QmpEvents.MemoryFailure.TryRead(qmpEvent, out MemoryFailureEvent? data))
/// {
///     bool urgent = data.Flags.ActionRequired;
/// }
/// </code>
/// </example>
public sealed record MemoryFailureFlags : QmpObject
{
    /// <summary>Whether it was being read.</summary>
    public bool ActionRequired { get; init; }

    /// <summary>Whether it happened while another was handled.</summary>
    public bool Recursive { get; init; }
}
