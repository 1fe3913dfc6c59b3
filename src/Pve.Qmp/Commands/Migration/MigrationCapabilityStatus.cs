namespace Pve.Qmp.Commands;

/// <summary>A capability and whether it is on.</summary>
/// <param name="Capability">The capability.</param>
/// <param name="State">Whether it is on.</param>
/// <example><code>var events = new MigrationCapabilityStatus(MigrationCapability.Events, true);</code></example>
public sealed record MigrationCapabilityStatus(MigrationCapability Capability, bool State) : QmpObject;
