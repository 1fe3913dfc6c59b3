namespace Pve.Migration.Engine.Forecast;

/// <summary>What is known of a pause before it begins.</summary>
/// <param name="FixedPart">What it takes besides the RAM: device state, loading, handover.</param>
/// <param name="BytesPerSecond">How fast the last of the RAM went, where that was seen; QEMU sends it without the bandwidth limit.</param>
internal readonly record struct PauseEstimate(TimeSpan FixedPart, double? BytesPerSecond);
