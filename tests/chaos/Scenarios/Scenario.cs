using System.Globalization;

namespace Pve.Chaos.Scenarios;

/// <summary>One run, all of it decided before.</summary>
/// <param name="Number">Its place in the deck of its seed.</param>
/// <param name="Party">Whom the fault strikes.</param>
/// <param name="Fault">What strikes.</param>
/// <param name="Step">At which step, as <see cref="Moment"/> names it.</param>
/// <param name="Way">How the target is reached.</param>
/// <param name="Disks">How many disks are mirrored.</param>
/// <param name="Kind">What else there is to its migration.</param>
/// <param name="Delay">How long after the step was noted; null for at once, and the step waits for it where it can.</param>
/// <param name="Lasting">How long it lasts, where it does not kill.</param>
/// <param name="Again">When the recovery is killed; null where it is not.</param>
internal sealed record Scenario(
    int Number, Party Party, Fault Fault, string Step, Way Way, int Disks, Kind Kind, TimeSpan? Delay, TimeSpan Lasting, SecondStrike? Again = null)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Party} × {Fault}{(Fault == Fault.Kill ? "" : $" for {Lasting.TotalMilliseconds:0} ms")} × {Step}{(Delay is { } later ? $" and {later.TotalMilliseconds:0} ms" : "")}, {Way}, {(Disks == 0 ? "no disk" : "a disk")}{(Kind == Kind.Plain ? "" : $", {Kind.Name()}")}{(Again is null ? "" : $", {Again}")}");
}
