namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>migrate-continue</c>.</summary>
/// <param name="State">The state the migration is thought to be in.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.MigrateContinue,
///     new(MigrationStatus.PreSwitchover),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record MigrateContinue(MigrationStatus State) : QmpObject;
