namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>block-dirty-bitmap-add</c>.</summary>
/// <param name="Node">The drive or node.</param>
/// <param name="Name">The bitmap.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockDirtyBitmapAdd,
///     new("disk0", "backup0") { Persistent = true },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockDirtyBitmapAdd(string Node, string Name) : QmpObject
{
    /// <summary>Bytes for each bit, a power of two; the image's cluster size where null.</summary>
    public long? Granularity { get; init; }

    /// <summary>Whether it is kept in the image.</summary>
    public bool? Persistent { get; init; }

    /// <summary>Whether it does not record at first.</summary>
    public bool? Disabled { get; init; }
}
