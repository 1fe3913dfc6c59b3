namespace Pve.Qmp.Wire;

/// <summary>A span of time that the wire counts in whole seconds.</summary>
internal sealed class SecondsConverter() : TimeConverter("seconds", TimeSpan.TicksPerSecond);
