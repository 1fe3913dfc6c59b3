using System.Globalization;
using Pve.Migration;

namespace LiveMigration;

/// <summary>The progress as lines, for where no bar can be drawn: one for each phase, and one whenever QEMU has counted anew.</summary>
internal sealed class ProgressLines
{
    private const double MiB = 1024 * 1024;

    private (MigrationPhase Phase, long Sent) _shown = ((MigrationPhase)(-1), 0);

    public static double ShareDone(MigrationProgress progress)
        => progress.RamTotalBytes == 0 ? 0 : 1 - ((double)progress.RamRemainingBytes / progress.RamTotalBytes);

    public static string Describe(MigrationProgress progress)
    {
        var step = $"{progress.Phase}: {progress.Step}";
        return progress.RamTotalBytes == 0
            ? step
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{step}, pass {progress.Pass}, {progress.BytesPerSecond / MiB:0} MiB/s, {progress.RamRemainingBytes / MiB:0} MiB left, {progress.DirtyBytesPerSecond / MiB:0} MiB/s dirtied{Predicted(progress)}{(progress.WaitsFor is { } what ? $"; waits: {what}" : "")}");
    }

    private static string Predicted(MigrationProgress progress) => progress is { Phase: MigrationPhase.Copying, PredictedPause: { } pause }
        ? string.Create(CultureInfo.InvariantCulture, $", pause {pause.TotalMilliseconds:0} ms")
        : "";

    public void Show(MigrationProgress progress)
    {
        var now = (progress.Phase, progress.RamTransferredBytes);
        if (now != _shown)
        {
            _shown = now;
            Screen.Say(string.Create(CultureInfo.InvariantCulture, $"{100 * ShareDone(progress),5:0} %  {Describe(progress)}"));
        }
    }
}
