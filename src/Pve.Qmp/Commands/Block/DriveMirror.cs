namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>drive-mirror</c>.</summary>
/// <param name="Device">The drive or node that is copied.</param>
/// <param name="Target">The file or URI that it is copied to.</param>
/// <param name="Sync">What is copied.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.DriveMirror,
///     new("drive0", "nbd:unix:/run/vm/100.nbd:exportname=drive0", MirrorSyncMode.Full)
///     { Mode = NewImageMode.Existing },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record DriveMirror(string Device, string Target, MirrorSyncMode Sync) : QmpObject
{
    /// <summary>The job's id; the drive's name where null.</summary>
    public string? JobId { get; init; }

    /// <summary>The target's format.</summary>
    public string? Format { get; init; }

    /// <summary>The target's name as a node.</summary>
    public string? NodeName { get; init; }

    /// <summary>The node that the target takes the place of.</summary>
    public string? Replaces { get; init; }

    /// <summary>Whether QEMU makes the target.</summary>
    public NewImageMode? Mode { get; init; }

    /// <summary>Bytes a second at most; 0 is no limit.</summary>
    public long? Speed { get; init; }

    /// <summary>Bytes for each bit of what is still to do; a power of two.</summary>
    public long? Granularity { get; init; }

    /// <summary>Bytes in flight at most.</summary>
    public long? BufSize { get; init; }

    public BlockdevOnError? OnSourceError { get; init; }

    public BlockdevOnError? OnTargetError { get; init; }

    /// <summary>Whether the target may be sparse.</summary>
    public bool? Unmap { get; init; }

    public MirrorCopyMode? CopyMode { get; init; }

    /// <summary>Whether the job ends its work by itself; false keeps it <c>pending</c>.</summary>
    public bool? AutoFinalize { get; init; }

    /// <summary>Whether the job vanishes by itself; false keeps it <c>concluded</c>, and its error readable.</summary>
    public bool? AutoDismiss { get; init; }
}
