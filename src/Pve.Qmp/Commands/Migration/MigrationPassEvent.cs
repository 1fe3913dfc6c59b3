namespace Pve.Qmp.Commands;

/// <summary>The data of <c>MIGRATION_PASS</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.MigrationPass.TryRead(qmpEvent, out MigrationPassEvent? data))
/// {
///     long pass = data.Pass;
/// }
/// </code>
/// </example>
public sealed record MigrationPassEvent : QmpObject
{
    /// <summary>How many passes over the RAM have begun.</summary>
    public long Pass { get; init; }
}
