namespace LiveMigration;

/// <summary>What the guest itself shows: how long it did not tick over the handover, and whether it came whole; null where nothing can show it.</summary>
internal sealed record GuestRow(double HeartbeatGapMs, long? TicksLost, bool? RamIntact);
