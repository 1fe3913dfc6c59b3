using System.Globalization;
using System.Text.Json;
using Pve.Migration.Engine.Transfer;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine.Storage;

/// <summary>
/// A disk of which the target has an older state: only what was written since travels, in rounds. QEMU's mirror takes no bitmap, so each round is an
/// incremental backup onto the target's image. It has all that was written before it began; what is written later is the next one's, and the last one
/// begins once the guest is paused.
/// </summary>
/// <remarks>
/// A backup copies what it has not yet copied before the guest may write there, and where that fails, so does the guest's write. So the target's node is
/// written through a quorum, of which one of two has to succeed, and the other one takes everything: the guest never sees a failure, we do. A quorum waits
/// for all of them, though: where the way is silent, the guest's write waits until we break it.
/// </remarks>
/// <param name="disk">Which.</param>
/// <param name="export">Where to.</param>
/// <param name="name">What its nodes, its jobs and its bitmap are called; at most 29 characters.</param>
internal sealed class DiskReplica(MigrationDisk disk, DiskExport export, string name)
{
    private readonly string _shield = name + "-s";
    private readonly string _nothing = name + "-n";
    private readonly DiskMirror _way = new(disk, export, name);
    private int _rounds;
    private long _copied;

    public MigrationDisk Disk => disk;

    /// <summary>The node that stands for the target's image.</summary>
    public string Node => _way.Node;

    /// <summary>The job of the round that is under way, or was last.</summary>
    public string Job => string.Create(CultureInfo.InvariantCulture, $"{name}-{_rounds}");

    /// <summary>Whether a round has begun and its end was not noted.</summary>
    public bool IsUnderWay { get; private set; }

    /// <summary>Bytes that the target did not have when they were last looked at.</summary>
    public long Behind { get; private set; }

    /// <summary>How long not a byte may move before the way counts as silent.</summary>
    public TimeSpan StandsFor => _way.StandsFor;

    public DiskProgress Progress => new(disk.Node, _copied, _copied + Behind, _rounds > 0 && !IsUnderWay);

    /// <summary>Attaches the target's image, and begins to note what is written.</summary>
    public Task AttachAsync(QmpClient monitor, TlsObjects tls, CancellationToken cancellationToken) => _way.AttachAsync(monitor, tls, cancellationToken);

    /// <summary>Makes the rest ready, once both are known to have one size.</summary>
    public async Task PrepareAsync(QmpClient monitor, long size, CancellationToken cancellationToken)
    {
        await monitor.ExecuteAsync(
            QmpCommands.BlockdevAdd, new BlockdevOptionsNullCo { NodeName = _nothing, Size = size }, cancellationToken: cancellationToken).ConfigureAwait(false);
        var quorum = JsonElement.Parse($$"""{"driver":"quorum","node-name":"{{_shield}}","vote-threshold":1,"children":["{{Node}}","{{_nothing}}"]}""");
        await monitor.ExecuteAsync(QmpCommands.BlockdevAdd.Name, quorum, cancellationToken: cancellationToken).ConfigureAwait(false);

        // The caller's bitmap is only read, so that it still has all of it should this be undone.
        await monitor.ExecuteAsync(
            QmpCommands.Transaction,
            new Transaction(
            [
                TransactionAction.BlockDirtyBitmapAdd(new BlockDirtyBitmapAdd(disk.Node, name)),
                TransactionAction.BlockDirtyBitmapMerge(new BlockDirtyBitmapMerge(disk.Node, name, [disk.Bitmap!])),
            ]),
            cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Looks how far the target is behind.</summary>
    /// <exception cref="MigrationFailedException">No device of the guest's uses the disk, or what was noted is gone.</exception>
    public void Look(IReadOnlyList<BlockInfo> devices)
        => Behind = devices.Select(device => device.Inserted).FirstOrDefault(node => node?.NodeName == disk.Node)?.DirtyBitmaps?.FirstOrDefault(bitmap => bitmap.Name == name)?.Count
            ?? throw new MigrationFailedException($"What is written to the disk '{disk.Node}' is not noted any more, or no device of the guest's uses that node.");

    /// <summary>Begins to copy what was written before.</summary>
    /// <param name="monitor">The source's.</param>
    /// <param name="isLimited">Whether it keeps the disk's bandwidth: not where the guest waits for it.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="MigrationFailedException">It cannot be copied.</exception>
    public async Task BeginRoundAsync(QmpClient monitor, bool isLimited, CancellationToken cancellationToken)
    {
        _rounds++;
        var backup = new BlockdevBackup(disk.Node, _shield, MirrorSyncMode.Incremental)
        {
            JobId = Job,
            Bitmap = name,
            Speed = isLimited && disk.MaxBandwidth > 0 ? disk.MaxBandwidth : null,
        };
        try
        {
            await monitor.ExecuteAsync(QmpCommands.BlockdevBackup, backup, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (QmpCommandException e)
        {
            throw new MigrationFailedException($"What was written to the disk '{disk.Node}' cannot be copied: {e.Description}", innerException: e);
        }

        IsUnderWay = true;
    }

    /// <summary>Takes the disk's bandwidth off a round that is under way; one that has ended needs no other.</summary>
    public async Task LiftLimitAsync(QmpClient monitor, CancellationToken cancellationToken)
    {
        if (disk.MaxBandwidth > 0)
        {
            await monitor.TryExecuteAsync(QmpCommands.BlockJobSetSpeed, new BlockJobSetSpeed(Job, 0), cancellationToken: cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Notes the end of the round.</summary>
    public void EndRound(long copied)
    {
        IsUnderWay = false;
        _copied += copied;
    }

    /// <summary>What its nodes are called, those that read from others first.</summary>
    public static IEnumerable<string> NodesOf(string name) => [name + "-s", name + "-n", name];
}
