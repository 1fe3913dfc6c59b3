using Pve.Migration.Engine.Transfer;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine.Storage;

/// <summary>The mirror of one disk.</summary>
/// <param name="disk">Which.</param>
/// <param name="export">Where to.</param>
/// <param name="name">What the job, and the node that stands for the target's image, are called; at most 31 characters.</param>
internal sealed class DiskMirror(MigrationDisk disk, DiskExport export, string name)
{
    // What QEMU may copy in one piece, which a limit holds back as a whole.
    private const long Piece = 16L << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public MigrationDisk Disk => disk;

    /// <summary>The job's name.</summary>
    public string Job => name;

    /// <summary>The node that stands for the target's image.</summary>
    public string Node => name;

    /// <summary>Whether it was told to end with both images alike.</summary>
    public bool IsFinishing { get; private set; }

    /// <summary>Whether nothing is left to copy but what the guest writes, which goes to both at once.</summary>
    public bool IsInStep { get; private set; }

    /// <summary>How long not a byte may move, where the guest's writes wait for it, before the way counts as silent.</summary>
    public TimeSpan StandsFor => disk.MaxBandwidth > 0 ? Patience + TimeSpan.FromSeconds((double)Piece / disk.MaxBandwidth) : Patience;

    /// <summary>Whether its connection was broken, since the guest waited for it.</summary>
    public bool IsGivenUp { get; set; }

    public DiskProgress Progress { get; private set; } = new(disk.Node, 0, 0, false);

    /// <summary>The least that was ever left to copy, in bytes.</summary>
    public long LeastLeft { get; private set; } = long.MaxValue;

    /// <summary>Since when something is left and nothing of it was copied, a timestamp; null where nothing is left.</summary>
    public long? StandsSince { get; private set; }

    public async Task AttachAsync(QmpClient monitor, TlsObjects tls, CancellationToken cancellationToken)
    {
        var options = tls.OnClient(new BlockdevOptionsNbd(NbdAddress.Parse(export.Uri)) { NodeName = Node, Export = export.Name });
        try
        {
            await monitor.ExecuteAsync(QmpCommands.BlockdevAdd, options, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (QmpCommandException e)
        {
            throw new MigrationFailedException(
                $"The source QEMU does not reach the target's disk '{export.Name}' at {export.Uri}: {e.Description}", "See that the address leads there.", e);
        }
    }

    public async Task StartAsync(QmpClient monitor, CancellationToken cancellationToken)
    {
        var mirror = new BlockdevMirror(disk.Node, Node, MirrorSyncMode.Full)
        {
            JobId = Job,
            CopyMode = MirrorCopyMode.Background,
            Speed = disk.MaxBandwidth > 0 ? disk.MaxBandwidth : null,
        };
        try
        {
            await monitor.ExecuteAsync(QmpCommands.BlockdevMirror, mirror, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (QmpCommandException e)
        {
            throw new MigrationFailedException($"The disk '{disk.Node}' cannot be mirrored: {e.Description}", innerException: e);
        }
    }

    public async Task BlockWritesAsync(QmpClient monitor, CancellationToken cancellationToken)
        => await monitor.ExecuteAsync(
            QmpCommands.BlockJobChange, new BlockJobChange(Job, JobType.Mirror) { CopyMode = MirrorCopyMode.WriteBlocking },
            cancellationToken: cancellationToken).ConfigureAwait(false);

    public async Task FinishAsync(QmpClient monitor, CancellationToken cancellationToken)
    {
        IsFinishing = true;
        await monitor.ExecuteAsync(QmpCommands.BlockJobCancel, new BlockJobCancel(Job), cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Breaks the connection to the target's image: whatever waits for it fails, and the guest goes on.</summary>
    public static async Task BreakAsync(QmpClient monitor, string node, CancellationToken cancellationToken)
    {
        var connection = new YankArguments([new YankInstance { Type = "block-node", NodeName = node }]);
        await monitor.TryExecuteAsync(QmpCommands.Yank, connection, new QmpCallOptions { OutOfBand = monitor.IsOutOfBandEnabled }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes what a poll said of the job; null where it was not there.</summary>
    public void Note(BlockJobInfo? job, long now)
    {
        if (job is null)
        {
            return;
        }

        var left = job.Len - job.Offset;
        StandsSince = left <= 0 ? null : job.Offset == Progress.CopiedBytes ? StandsSince ?? now : now;
        LeastLeft = job.Len > 0 ? Math.Min(left, LeastLeft) : LeastLeft; // until it has looked what there is, nothing is left either
        IsInStep = job.ActivelySynced ?? false;
        Progress = new DiskProgress(disk.Node, job.Offset, job.Len, job.Ready);
    }
}
