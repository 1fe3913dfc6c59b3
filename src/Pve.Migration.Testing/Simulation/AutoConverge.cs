namespace Pve.Migration.Testing.Simulation;

/// <summary>
/// QEMU's auto-converge (migration/ram.c, migration_trigger_throttle): at synchronisations more than a second apart it compares what was dirtied with
/// what was sent; at the second time that it is too much the CPUs are held back, then more and more.
/// </summary>
internal sealed class AutoConverge(Machine machine)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private TimeSpan _from;
    private long _sentBefore;
    private long _dirtied;
    private int _tooMuch;

    /// <summary>By how much the CPUs are held back, in percent; 0 is not at all.</summary>
    public long Percent { get; private set; }

    public void Begin(TimeSpan at) => (_from, _sentBefore, _dirtied, _tooMuch, Percent) = (at, 0, 0, 0, 0);

    public void Synchronised(RamModel ram, long dirtied, TimeSpan at)
    {
        _dirtied += dirtied;
        if (at - _from <= Period)
        {
            return;
        }

        if (machine.Capabilities.AutoConverge && _dirtied > (ram.Sent - _sentBefore) * machine.Parameters.ThrottleTrigger / 100 && ++_tooMuch >= 2)
        {
            _tooMuch = 0;
            Percent = Percent == 0
                ? machine.Parameters.ThrottleInitial
                : Math.Min(Percent + machine.Parameters.ThrottleIncrement, machine.Parameters.ThrottleMost);
            ram.Throttle(at, (int)Percent);
        }

        (_from, _sentBefore, _dirtied) = (at, ram.Sent, 0);
    }
}
