using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>blockdev-backup</c>.</summary>
/// <param name="Device">The drive or node that is saved.</param>
/// <param name="Target">The node that it is saved to.</param>
/// <param name="Sync">What is saved.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockdevBackup,
///     new("drive0", "backup0", MirrorSyncMode.Full) { JobId = "backup0" },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockdevBackup(string Device, string Target, MirrorSyncMode Sync) : QmpObject
{
    /// <summary>The job's id; the drive's name where null.</summary>
    public string? JobId { get; init; }

    /// <summary>Bytes a second at most; 0 is no limit.</summary>
    public long? Speed { get; init; }

    /// <summary>The bitmap that says what is saved.</summary>
    public string? Bitmap { get; init; }

    public BitmapSyncMode? BitmapMode { get; init; }

    /// <summary>Whether the target compresses.</summary>
    public bool? Compress { get; init; }

    public BlockdevOnError? OnSourceError { get; init; }

    public BlockdevOnError? OnTargetError { get; init; }

    /// <summary>Whether the job ends its work by itself; false keeps it <c>pending</c>.</summary>
    public bool? AutoFinalize { get; init; }

    /// <summary>Whether the job vanishes by itself; false keeps it <c>concluded</c>, and its error readable.</summary>
    public bool? AutoDismiss { get; init; }

    /// <summary>The name of the node that does the job's work.</summary>
    public string? FilterNodeName { get; init; }

    public BackupPerf? XPerf { get; init; }

    /// <summary>Whether what is saved may be discarded. Since QEMU 9.1.</summary>
    [QmpSince("9.1")]
    public bool? DiscardSource { get; init; }
}
