using System.Globalization;
using DowntimeLab.Method;

namespace DowntimeLab.Matrix;

/// <summary>Whether new → new with events is as much better as it has to be, with one size of RAM, as far as it was measured.</summary>
/// <param name="Events">New → new with events.</param>
/// <param name="Reduced">New → new with reduced polling.</param>
/// <param name="Old">Old → old with the polling before the series.</param>
internal sealed record Judgement(Measurement Events, Measurement? Reduced, Measurement? Old)
{
    private const int PartOfReduced = 4;
    private const int PartOfOld = 50;

    public static IReadOnlyList<Judgement> Of(IReadOnlyList<Measurement> measurements)
    {
        Measurement? Find(string way, int ram)
            => measurements.FirstOrDefault(measurement => measurement.Combination.Way == way && measurement.Combination.RamGiB == ram);

        return [.. from events in measurements
                   where events.Combination.Way == "new-new/events"
                   let ram = events.Combination.RamGiB
                   select new Judgement(events, Find("new-new/reduced", ram), Find("old-old/before", ram))];
    }

    public override string ToString()
        => $"new → new events, {Events.Combination.RamGiB} GiB: {Events.PausedSamples} paused samples in {Events.Repetitions.Count} migrations: {Word(Events.PausedSamples == 0)}"
            + Share(Reduced, "reduced polling", PartOfReduced) + Share(Old, "old → old", PartOfOld);

    private string Share(Measurement? other, string name, int part)
        => other is null ? ""
            : string.Create(CultureInfo.InvariantCulture, $"; {Events.ExactMs / other.ExactMs:0.000} of {name} (limit 1/{part}): {Word(Events.ExactMs * part <= other.ExactMs)}");

    private static string Word(bool isKept) => isKept ? "ok" : "MISSED";
}
