namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>migrate-recover</c>.</summary>
/// <param name="Uri">Where the target listens for the rest of a paused post-copy.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.MigrateRecover, new("tcp:[::]:60001"), cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record MigrateRecover(string Uri) : QmpObject;
