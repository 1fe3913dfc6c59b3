using System.Globalization;
using Pve.Migration;

namespace LiveMigration;

/// <summary>The progress as lines, for where no bar can be drawn: one for each phase, and one whenever QEMU has counted anew.</summary>
internal sealed class ProgressLines
{
    private const double MiB = 1024 * 1024;

    private (MigrationPhase Phase, long Sent, long Mirrored) _shown = ((MigrationPhase)(-1), 0, 0);

    public static double ShareDone(MigrationProgress progress)
        => progress.RamTotalBytes > 0 ? 1 - ((double)progress.RamRemainingBytes / progress.RamTotalBytes)
            : MirroredOf(progress) is (var mirrored, > 0 and var total) ? (double)mirrored / total
            : 0;

    public static string Describe(MigrationProgress progress)
    {
        var step = $"{progress.Phase}: {progress.Step}{Mirrored(progress)}";
        return progress.RamTotalBytes == 0
            ? step
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{step}, pass {progress.Pass}, {progress.BytesPerSecond / MiB:0} MiB/s, {progress.RamRemainingBytes / MiB:0} MiB left, {progress.DirtyBytesPerSecond / MiB:0} MiB/s dirtied{Predicted(progress)}{(progress.WaitsFor is { } what ? $"; waits: {what}" : "")}");
    }

    private static (long Mirrored, long Total) MirroredOf(MigrationProgress progress)
        => (progress.Disks.Sum(disk => disk.CopiedBytes), progress.Disks.Sum(disk => disk.TotalBytes));

    private static string Mirrored(MigrationProgress progress) => MirroredOf(progress) is (var mirrored, > 0 and var total)
        ? string.Create(CultureInfo.InvariantCulture, $", disks {mirrored / MiB:0} of {total / MiB:0} MiB")
        : "";

    private static string Predicted(MigrationProgress progress) => progress is { Phase: MigrationPhase.Copying, PredictedPause: { } pause }
        ? string.Create(CultureInfo.InvariantCulture, $", pause {pause.TotalMilliseconds:0} ms")
        : "";

    public void Show(MigrationProgress progress)
    {
        var now = (progress.Phase, progress.RamTransferredBytes, MirroredOf(progress).Mirrored);
        if (now != _shown)
        {
            _shown = now;
            Screen.Say(string.Create(CultureInfo.InvariantCulture, $"{100 * ShareDone(progress),5:0} %  {Describe(progress)}"));
        }
    }
}
