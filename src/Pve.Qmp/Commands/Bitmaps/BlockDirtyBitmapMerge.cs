namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>block-dirty-bitmap-merge</c>.</summary>
/// <param name="Node">The drive or node.</param>
/// <param name="Target">The bitmap that is added to.</param>
/// <param name="Bitmaps">The bitmaps that are added; they stay as they are.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockDirtyBitmapMerge,
///     new("disk0", "sum", ["monday", new BitmapSource("tuesday", "disk0")]),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockDirtyBitmapMerge(string Node, string Target, IReadOnlyList<BitmapSource> Bitmaps) : QmpObject;
