namespace Pve.Qmp.Commands;

/// <summary>An image and what it is based on.</summary>
/// <example>
/// <code>
/// foreach (BlockInfo disk in await qemu.ExecuteAsync(QmpCommands.QueryBlock, cancellationToken: cancellationToken))
/// {
///     long bytes = disk.Inserted?.Image.VirtualSize ?? 0;
/// }
/// </code>
/// </example>
public sealed record ImageInfo : QmpObject
{
    /// <summary>The file, or a <c>json:</c> or protocol name.</summary>
    public string Filename { get; init => field = value ?? ""; } = "";

    /// <summary>The driver, such as <c>qcow2</c>.</summary>
    public string Format { get; init => field = value ?? ""; } = "";

    /// <summary>Whether it was not closed properly.</summary>
    public bool? DirtyFlag { get; init; }

    /// <summary>Bytes taken on the host.</summary>
    public long? ActualSize { get; init; }

    /// <summary>Bytes that the guest sees.</summary>
    public long VirtualSize { get; init; }

    /// <summary>Bytes.</summary>
    public long? ClusterSize { get; init; }

    public bool? Encrypted { get; init; }

    public bool? Compressed { get; init; }

    /// <summary>What it is based on, as the image says.</summary>
    public string? BackingFilename { get; init; }

    /// <summary>The same as QEMU would open it.</summary>
    public string? FullBackingFilename { get; init; }

    public string? BackingFilenameFormat { get; init; }

    public IReadOnlyList<SnapshotInfo>? Snapshots { get; init; }

    /// <summary>What it is based on.</summary>
    public ImageInfo? BackingImage { get; init; }

    public ImageInfoSpecific? FormatSpecific { get; init; }
}
