namespace Pve.Qmp.Commands;

/// <summary>A capability and whether it is on.</summary>
/// <param name="Capability">The capability.</param>
/// <param name="State">Whether it is on.</param>
public sealed record MigrationCapabilityStatus(MigrationCapability Capability, bool State);
