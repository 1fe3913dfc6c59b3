namespace Pve.Migration.Transports;

internal static class WaitExtensions
{
    // Whether the task ended within the time. It does not tell how, and never throws for the task.
    public static async Task<bool> WithinAsync(this Task task, TimeSpan time, TimeProvider clock, CancellationToken cancellationToken = default)
    {
        if (!task.IsCompleted)
        {
            using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(task, Task.Delay(time, clock, done.Token)).ConfigureAwait(false);
            await done.CancelAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return task.IsCompleted;
    }

    // Its failure, should it fail, is nobody's to hear of: where nobody waits for it, or who does may leave.
    public static void ForgetFailure(this Task task) => _ = task.ContinueWith(
        static failed => failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);

    // Until the time has passed or the token fires; never throws.
    public static async Task PauseAsync(this CancellationToken token, TimeSpan time, TimeProvider clock) =>
        await Task.Delay(time, clock, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
