namespace Pve.Migration.Testing.Simulation;

/// <summary>The throttle of the guest's CPUs, as QEMU 7.2 sets it when dirty pages are looked for and the last look is more than a second ago.</summary>
internal sealed class AutoConverge(MigrationParameters parameters, TimeSpan began)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private TimeSpan _periodBegan = began;
    private long _sentBefore;
    private double _dirtied;
    private int _high;

    /// <summary>How much of their time the CPUs sleep; 0 while it is not throttled.</summary>
    public int Percentage { get; private set; }

    /// <param name="at">When it was looked.</param>
    /// <param name="isOn">Whether it may throttle.</param>
    /// <param name="sent">Bytes sent so far.</param>
    /// <param name="dirtied">Bytes that were found dirty.</param>
    public void Synchronised(TimeSpan at, bool isOn, long sent, double dirtied)
    {
        _dirtied += dirtied;
        if (at - _periodBegan <= Period)
        {
            return;
        }

        // at the second time, and then at every second one
        var allowed = (sent - _sentBefore) * parameters.ThrottleTrigger / 100.0;
        if (isOn && _dirtied > allowed && ++_high >= 2)
        {
            _high = 0;
            Percentage = Percentage == 0 ? parameters.ThrottleInitial : Math.Min(Percentage + Increment(allowed), parameters.ThrottleMost);
        }

        (_periodBegan, _sentBefore, _dirtied) = (at, sent, 0);
    }

    private int Increment(double allowed)
    {
        if (!parameters.ThrottleTailslow)
        {
            return parameters.ThrottleIncrement;
        }

        var now = 100 - Percentage;
        return Math.Min(now - (int)(now * (allowed / _dirtied)), parameters.ThrottleIncrement);
    }
}
