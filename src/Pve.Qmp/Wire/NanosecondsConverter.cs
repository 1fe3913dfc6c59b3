namespace Pve.Qmp.Wire;

/// <summary>A span of time that the wire counts in whole nanoseconds.</summary>
internal sealed class NanosecondsConverter() : TimeConverter("nanoseconds", 1, TimeSpan.NanosecondsPerTick);
