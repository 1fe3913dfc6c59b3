namespace Pve.Chaos;

/// <summary>What was asked for.</summary>
internal sealed record ChaosOptions(int Runs, int Seed, int? Only, int Parallel, string? Json, string? Mtunnel);
