namespace Pve.Migration.Tests.Engine;

/// <summary>A clock whose timers fire a little before its timestamps say so, as the system's do.</summary>
internal sealed class HastyTime(TimeProvider inner) : TimeProvider
{
    private static readonly TimeSpan Haste = TimeSpan.FromMicroseconds(100);

    public override long TimestampFrequency => inner.TimestampFrequency;

    public override long GetTimestamp() => inner.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        => new HastyTimer(inner.CreateTimer(callback, state, Early(dueTime), period));

    private static TimeSpan Early(TimeSpan dueTime) => dueTime > Haste ? dueTime - Haste : dueTime;

    private sealed class HastyTimer(ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(Early(dueTime), period);

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
