namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>blockdev-mirror</c>.</summary>
/// <param name="Device">The drive or node that is copied.</param>
/// <param name="Target">The node that it is copied to.</param>
/// <param name="Sync">What is copied.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockdevMirror,
///     new("drive0", "target0", MirrorSyncMode.Full)
///     { JobId = "mirror0", AutoDismiss = false, CopyMode = MirrorCopyMode.Background },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockdevMirror(string Device, string Target, MirrorSyncMode Sync) : QmpObject
{
    /// <summary>The job's id; the drive's name where null.</summary>
    public string? JobId { get; init; }

    /// <summary>The node that the target takes the place of.</summary>
    public string? Replaces { get; init; }

    /// <summary>Bytes a second at most; 0 is no limit.</summary>
    public long? Speed { get; init; }

    /// <summary>Bytes for each bit of what is still to do; a power of two.</summary>
    public long? Granularity { get; init; }

    /// <summary>Bytes in flight at most.</summary>
    public long? BufSize { get; init; }

    public BlockdevOnError? OnSourceError { get; init; }

    public BlockdevOnError? OnTargetError { get; init; }

    /// <summary>The name of the node that does the job's work.</summary>
    public string? FilterNodeName { get; init; }

    /// <summary>How the guest's writes are copied.</summary>
    public MirrorCopyMode? CopyMode { get; init; }

    /// <summary>Whether the job ends its work by itself; false keeps it <c>pending</c>.</summary>
    public bool? AutoFinalize { get; init; }

    /// <summary>Whether the job vanishes by itself; false keeps it <c>concluded</c>, and its error readable.</summary>
    public bool? AutoDismiss { get; init; }
}
