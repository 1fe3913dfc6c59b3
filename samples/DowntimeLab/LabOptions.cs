using DowntimeLab.Matrix;

namespace DowntimeLab;

/// <summary>What the command line asked for.</summary>
internal sealed record LabOptions
{
    public IReadOnlyList<int> RamGiB { get; init; } = [2, 8];

    public int Repetitions { get; init; } = 5;

    public int Seed { get; init; } = 2017;

    /// <summary>The ways that are measured; all of them where none is named.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    public string? Csv { get; init; }

    public string? Json { get; init; }

    public string? Html { get; init; }

    public IReadOnlyList<Combination> Combinations
        => [.. Combination.All(RamGiB).Where(combination => Only.Count == 0 || Only.Contains(combination.Way))];
}
