namespace Pve.Integration.Tests.Simulation;

/// <summary>Alone in their process while they run: virtual time waits for a thread pool that is at rest.</summary>
[CollectionDefinition(nameof(VirtualTimeTests), DisableParallelization = true)]
public sealed class VirtualTimeTests;
