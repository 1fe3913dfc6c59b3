namespace Pve.Qmp.Commands;

/// <summary>A thread of the migration.</summary>
/// <example>
/// <code>
/// foreach (MigrationThreadInfo thread in await qemu.ExecuteAsync(QmpCommands.QueryMigrationThreads, cancellationToken: cancellationToken))
/// {
///     long id = thread.ThreadId;
/// }
/// </code>
/// </example>
public sealed record MigrationThreadInfo : QmpObject
{
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The thread of QEMU's host.</summary>
    public long ThreadId { get; init; }
}
