namespace Pve.Migration.Testing.Simulation;

/// <summary>A delay to the tick, where the clock has ticks: <c>Task.Delay</c> drops what is below a millisecond.</summary>
internal static class ExactDelay
{
    public static async Task PassAsync(this TimeProvider time, TimeSpan span, CancellationToken cancellationToken = default)
    {
        if (span <= TimeSpan.Zero)
        {
            return;
        }

        var passed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var timer = time.CreateTimer(_ => passed.TrySetResult(), null, span, Timeout.InfiniteTimeSpan);
        await using (timer.ConfigureAwait(false))
        {
            await passed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
