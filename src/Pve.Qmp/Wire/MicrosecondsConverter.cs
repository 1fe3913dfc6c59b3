namespace Pve.Qmp.Wire;

/// <summary>A span of time that the wire counts in whole microseconds.</summary>
internal sealed class MicrosecondsConverter() : TimeConverter("microseconds", TimeSpan.TicksPerMicrosecond);
