using System.Globalization;

namespace Pve.Migration.Engine.Preflight;

/// <summary>How far the target's host's clock is from ours, where the way there can read it.</summary>
internal static class ClockCheck
{
    private const string Id = "clock";
    private static readonly TimeSpan Tolerated = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(IMigrationTarget target, TimeProvider time, Findings findings, CancellationToken cancellationToken)
    {
        var (asked, began) = (time.GetUtcNow(), time.GetTimestamp());
        if (await target.ReadClockAsync(cancellationToken).ConfigureAwait(false) is not { } told)
        {
            findings.Inform(Id, $"The clock of the target's host cannot be read by {target.Name}; the migration itself learns it from QEMU's events.");
            return;
        }

        // It was read somewhere between question and answer.
        var half = time.GetElapsedTime(began) / 2;
        var offset = told - (asked + half);
        var text = string.Create(
            CultureInfo.InvariantCulture, $"The clock of the target's host is {offset.TotalSeconds:+0.000;-0.000;0.000} s off ours, give or take {half.TotalSeconds:0.000} s.");
        if (offset.Duration() - half > Tolerated)
        {
            findings.Warn(Id, text, "Let both hosts keep the time by NTP: guests look at their host's clock when they arrive.");
        }
        else
        {
            findings.Inform(Id, text);
        }
    }
}
