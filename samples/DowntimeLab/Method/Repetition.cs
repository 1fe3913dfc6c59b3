namespace DowntimeLab.Method;

/// <summary>One migration, measured both ways.</summary>
/// <param name="Sampled">Time in <c>paused</c> on the target, by the series' method.</param>
/// <param name="PausedSamples">How many samples found it paused.</param>
/// <param name="ExactMs">From STOP on the source to RESUME on the target, by their events.</param>
/// <param name="TargetPausedMs">Of it what the target was complete and paused for: what the samples look at.</param>
/// <param name="Marks">When QEMU said what.</param>
internal sealed record Repetition(TimeSpan Sampled, int PausedSamples, double ExactMs, double TargetPausedMs, IReadOnlyList<Mark> Marks);
