using Pve.Migration.Transports;

namespace Pve.Migration.Engine;

/// <summary>Waits for what others wrote, which may not heed its token.</summary>
internal static class Patience
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>Waits for <paramref name="task"/>; once the token has fired, only as long as one that heeds it needs to end.</summary>
    /// <param name="task">What is waited for.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">What it should heed.</param>
    /// <param name="grace">How long that is, at most and unless given 5 s.</param>
    public static async Task HeedingAsync(this Task task, TimeProvider time, CancellationToken cancellationToken, TimeSpan? grace = null)
    {
        try
        {
            await task.WaitAsync(cancellationToken).ConfigureAwait(false);
            return;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // it was told as well, and may still say how it ended
        }

        try
        {
            await task.WaitAsync(grace < Grace ? grace.Value : Grace, time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            task.ForgetFailure();
            throw new OperationCanceledException("It does not end, though it was told to.", cancellationToken);
        }
    }

    /// <summary>Whether <paramref name="task"/> has not ended after <paramref name="patience"/>; how it ended is its own to tell.</summary>
    public static async Task<bool> IsLateAsync(this Task task, TimeSpan patience, TimeProvider time)
    {
        await task.WaitAsync(patience, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !task.IsCompleted;
    }
}
