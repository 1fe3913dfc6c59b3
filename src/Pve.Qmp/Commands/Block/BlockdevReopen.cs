namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>blockdev-reopen</c>.</summary>
/// <param name="Options">The nodes, with all their options; what is left out goes back to its default.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockdevReopen,
///     new([new BlockdevOptionsRaw("file0") { NodeName = "disk0", ReadOnly = true }]),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockdevReopen(IReadOnlyList<BlockdevOptions> Options) : QmpObject;
