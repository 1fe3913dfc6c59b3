namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>getfd</c> and <c>closefd</c>.</summary>
/// <param name="Fdname">The name of the open file.</param>
/// <example><code>await qemu.ExecuteAsync(QmpCommands.CloseFd, new("migration-fd"), cancellationToken: cancellationToken);</code></example>
public sealed record FdName(string Fdname) : QmpObject;
