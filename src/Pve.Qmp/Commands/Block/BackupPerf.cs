using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>How hard a backup tries; unstable.</summary>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockdevBackup,
///     new("drive0", "backup0", MirrorSyncMode.Full) { XPerf = new() { MaxWorkers = 16 } },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BackupPerf : QmpObject
{
    public bool? UseCopyRange { get; init; }

    /// <summary>Requests at once.</summary>
    public long? MaxWorkers { get; init; }

    /// <summary>Bytes each at most; 0 is no limit.</summary>
    public long? MaxChunk { get; init; }

    /// <summary>Bytes copied at once at least; a power of two. Since QEMU 9.2.</summary>
    [QmpSince("9.2")]
    public long? MinClusterSize { get; init; }
}
