namespace Pve.Migration.Engine.Forecast;

/// <summary>What one migrator has measured of pauses: for the same target, else for the same way, else what such a pause takes as a rule.</summary>
internal sealed class PauseLessons
{
    // Measured on QEMU 7.2 with few devices (QEMU.md): 6 to 15 ms, 16 to 23 ms with a disk. A guest with many devices teaches better.
    private static readonly TimeSpan Usual = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan UsualWithDisks = TimeSpan.FromMilliseconds(20);

    private const int SamplesKept = 9;
    private const int TargetsKept = 1000;

    private readonly Lock _learning = new();
    private readonly Dictionary<string, List<PauseEstimate>> _ways = [];
    private readonly Dictionary<(string Way, string Target), List<PauseEstimate>> _targets = [];

    public PauseEstimate For(MigrationRequest request)
    {
        lock (_learning)
        {
            return _targets.TryGetValue((Way(request), request.Target.Name), out var samples) || _ways.TryGetValue(Way(request), out samples)
                ? new PauseEstimate(Median(samples.Select(sample => sample.FixedPart)), Rate(samples))
                : new PauseEstimate(request.Disks.Count > 0 ? UsualWithDisks : Usual, null);
        }
    }

    public void Learn(MigrationRequest request, PauseEstimate measured)
    {
        lock (_learning)
        {
            if (_targets.Count > TargetsKept)
            {
                _targets.Clear();
            }

            Add(_targets, (Way(request), request.Target.Name), measured);
            Add(_ways, Way(request), measured);
        }
    }

    private static string Way(MigrationRequest request) => $"{request.Target.GetType().Name}, {request.Disks.Count} disks";

    private static void Add<TKey>(Dictionary<TKey, List<PauseEstimate>> known, TKey key, PauseEstimate measured)
        where TKey : notnull
    {
        if (!known.TryGetValue(key, out var samples))
        {
            known[key] = samples = [];
        }

        samples.Add(measured);
        samples.RemoveRange(0, Math.Max(0, samples.Count - SamplesKept));
    }

    private static double? Rate(List<PauseEstimate> samples)
    {
        var rates = samples.Select(sample => sample.BytesPerSecond).OfType<double>().ToList();
        return rates.Count > 0 ? Median(rates) : null;
    }

    // The lower one of two: the first pause of a process is longer than those to come.
    private static T Median<T>(IEnumerable<T> values)
    {
        var sorted = values.Order().ToList();
        return sorted[(sorted.Count - 1) / 2];
    }
}
