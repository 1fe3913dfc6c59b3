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

    /// <summary>What is wrong with it, and must not show after an hour of measuring; null where nothing is.</summary>
    public string? Problem()
    {
        var ways = Combination.All([1]).Select(combination => combination.Way).ToList();
        if (Only.Except(ways).FirstOrDefault() is { } unknown)
        {
            return $"--only takes SOURCE-TARGET/POLLING, one of {string.Join(", ", ways)}; not '{unknown}'.";
        }

        return Unwritable("--csv", Csv) ?? Unwritable("--json", Json) ?? Unwritable("--html", Html);
    }

    private static string? Unwritable(string option, string? file)
    {
        try
        {
            using var probe = file is null ? null : new FileStream(file, FileMode.OpenOrCreate, FileAccess.Write); // what it holds stays until there is more
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return $"{option} {file}: {e.Message}";
        }
    }
}
