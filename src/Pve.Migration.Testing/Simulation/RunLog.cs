namespace Pve.Migration.Testing.Simulation;

/// <summary>Writes down when which guest ran.</summary>
internal sealed class RunLog(TimeProvider time)
{
    private readonly List<GuestRun> _runs = [];
    private readonly long _start = time.GetTimestamp();

    public void Began(SimulatedQemu vm) => _runs.Add(new GuestRun(vm, time.GetElapsedTime(_start), null));

    public void Ended(SimulatedQemu vm)
    {
        var i = _runs.FindLastIndex(run => run.Vm == vm && run.Ended is null);
        if (i >= 0)
        {
            _runs[i] = _runs[i] with { Ended = time.GetElapsedTime(_start) };
        }
    }

    public GuestRun[] ToArray() => [.. _runs];
}
