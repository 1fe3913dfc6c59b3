namespace Pve.Qmp.Wire;

/// <summary>A span of time that the wire counts in whole milliseconds.</summary>
internal sealed class MillisecondsConverter() : TimeConverter("milliseconds", TimeSpan.TicksPerMillisecond);
