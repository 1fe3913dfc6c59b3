namespace Pve.Migration.Testing.Simulation;

/// <summary>How long a migration took so far, as its source sees it.</summary>
internal sealed record MigrationTotals(TimeSpan Total, TimeSpan Setup, TimeSpan Downtime, long DeviceBytes, long PostcopyBytes);
