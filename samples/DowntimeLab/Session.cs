using DowntimeLab.Method;
using DowntimeLab.Output;

namespace DowntimeLab;

/// <summary>Measures what was asked for in a lab, and tells it.</summary>
internal static class Session
{
    public static async Task MeasureAsync(ILab lab, LabOptions options, CancellationToken cancellationToken)
    {
        Screen.Open();
        Screen.ShowStart(lab, options);
        var measurements = new List<Measurement>();
        try
        {
            foreach (var combination in options.Combinations)
            {
                var repetitions = new List<Repetition>();
                foreach (var phase in Phases.Of(options.Repetitions, options.Seed))
                {
                    repetitions.Add(await lab.MeasureAsync(combination, phase, cancellationToken));
                }

                measurements.Add(new Measurement(combination, repetitions));
                if (lab.IsSlow)
                {
                    Screen.ShowMeasurement(measurements[^1]);
                }
            }
        }
        finally
        {
            // what was measured before something went wrong is worth its time
            if (measurements.Count > 0)
            {
                Screen.ShowMatrix(measurements);
            }

            await Files.WriteAsync(options, lab, measurements);
        }
    }
}
