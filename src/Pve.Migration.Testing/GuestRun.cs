namespace Pve.Migration.Testing;

/// <summary>A stretch of time in which a guest's CPUs ran.</summary>
/// <param name="Vm">Whose guest.</param>
/// <param name="Began">When, since the link was created.</param>
/// <param name="Ended">When; null while it runs. The guest no longer ran at that instant.</param>
public sealed record GuestRun(SimulatedQemu Vm, TimeSpan Began, TimeSpan? Ended);
