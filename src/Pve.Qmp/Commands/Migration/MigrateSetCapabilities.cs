namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>migrate-set-capabilities</c>; what is not listed stays as it is.</summary>
/// <param name="Capabilities">What changes.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.MigrateSetCapabilities,
///     new([new(MigrationCapability.ReturnPath, true)]),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record MigrateSetCapabilities(IReadOnlyList<MigrationCapabilityStatus> Capabilities) : QmpObject;
