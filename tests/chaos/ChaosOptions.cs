using Pve.Chaos.Scenarios;

namespace Pve.Chaos;

/// <summary>What was asked for.</summary>
internal sealed record ChaosOptions(int Runs, int Seed, Selection Only, int Parallel, string? Json, string? Mtunnel);
