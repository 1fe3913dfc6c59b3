namespace Pve.Qmp.Transcripts;

/// <summary>The time since a replay began; without a clock it stands still, and everything is due at once.</summary>
internal sealed class ReplayClock(TimeProvider? time)
{
    private readonly long _start = time?.GetTimestamp() ?? 0;

    public TimeSpan Now => time?.GetElapsedTime(_start) ?? TimeSpan.Zero;

    public bool IsDue(TimeSpan due) => time is null || Now >= due;

    /// <summary>Rings at <paramref name="due"/>, or a little before where the clock's timers are coarse.</summary>
    public Alarm Set(TimeSpan due) => new(time ?? TimeProvider.System, due - Now);

    internal sealed class Alarm : IDisposable
    {
        private readonly TaskCompletionSource _rung = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ITimer _timer;

        public Alarm(TimeProvider time, TimeSpan wait)
            => _timer = time.CreateTimer(
                static state => ((TaskCompletionSource)state!).TrySetResult(), _rung,
                wait < TimeSpan.Zero ? TimeSpan.Zero : wait, Timeout.InfiniteTimeSpan);

        public Task Rung => _rung.Task;

        public void Dispose() => _timer.Dispose();
    }
}
