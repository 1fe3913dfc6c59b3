namespace Pve.Qmp.Commands;

/// <summary>The data of <c>MIGRATION</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.Migration.TryRead(qmpEvent, out MigrationEvent? data))
/// {
///     bool done = data.Status == MigrationStatus.Completed;
/// }
/// </code>
/// </example>
public sealed record MigrationEvent : QmpObject
{
    /// <summary>The state of the stream from now on.</summary>
    public MigrationStatus Status { get; init; }
}
