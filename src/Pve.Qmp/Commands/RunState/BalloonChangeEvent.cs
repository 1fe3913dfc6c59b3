namespace Pve.Qmp.Commands;

/// <summary>The data of <c>BALLOON_CHANGE</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.BalloonChange.TryRead(qmpEvent, out BalloonChangeEvent? data))
/// {
///     long bytes = data.Actual;
/// }
/// </code>
/// </example>
public sealed record BalloonChangeEvent : QmpObject
{
    /// <summary>The guest's RAM less the balloon, in bytes.</summary>
    public long Actual { get; init; }
}
