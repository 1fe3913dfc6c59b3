using DowntimeLab.Method;
using DowntimeLab.Output;
using Pve.Migration.Testing;
using Pve.Qmp;

namespace DowntimeLab;

/// <summary>Measures what was asked for in a lab, and tells it.</summary>
internal static class Session
{
    /// <summary>Sets the lab up, measures, tells, and takes the lab down, whatever became of the others.</summary>
    /// <param name="lab">Where; it is ended here.</param>
    /// <param name="options">What.</param>
    /// <param name="errors">Takes a line for whatever went wrong; what did first comes last.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(ILab lab, LabOptions options, TextWriter errors, CancellationToken cancellationToken)
    {
        var faults = new List<Exception>();
        var measurements = new List<Measurement>();
        try
        {
            await TryAsync(faults, () => MeasureAsync(lab, options, measurements, cancellationToken));
            await TryAsync(faults, () => TellAsync(lab, options, measurements));
        }
        finally
        {
            await TryAsync(faults, () => lab.DisposeAsync().AsTask());
        }

        foreach (var fault in Enumerable.Reverse(faults))
        {
            await errors.WriteLineAsync($"downtimelab: {(fault is OperationCanceledException ? "cancelled." : fault.Message.ReplaceLineEndings(" "))}");
        }

        return faults is [var first, ..] ? ExitCode(first) : 0;
    }

    private static async Task MeasureAsync(ILab lab, LabOptions options, List<Measurement> measurements, CancellationToken cancellationToken)
    {
        await lab.SetUpAsync(cancellationToken);
        Screen.Open();
        Screen.ShowStart(lab, options);
        var began = TimeProvider.System.GetTimestamp();
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

        Screen.ShowTime(measurements.Sum(measurement => measurement.Repetitions.Count), TimeProvider.System.GetElapsedTime(began));
    }

    // What was measured before something went wrong is worth its time; where nothing was, what the files held before is worth more.
    private static async Task TellAsync(ILab lab, LabOptions options, List<Measurement> measurements)
    {
        if (measurements.Count > 0)
        {
            Screen.ShowMatrix(measurements);
            await Files.WriteAsync(options, lab, measurements);
        }
    }

    private static async Task TryAsync(List<Exception> faults, Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception e) when (e is LabException or QemuStartException or QmpException or OperationCanceledException or IOException or UnauthorizedAccessException)
        {
            faults.Add(e);
        }
    }

    private static int ExitCode(Exception fault) => fault switch
    {
        OperationCanceledException => 130,
        LabException lab => lab.ExitCode,
        _ => 1,
    };
}
