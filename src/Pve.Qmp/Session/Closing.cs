using System.IO.Pipelines;

namespace Pve.Qmp.Session;

/// <summary>Closes a connection that nobody reads from or writes to any more; what it throws then is of no use to anybody.</summary>
internal static class Closing
{
    public static async Task CloseAsync(IDuplexPipe pipe)
    {
        (pipe as StreamPipe)?.Abort();
        await QuietlyAsync(() => pipe.Input.CompleteAsync()).ConfigureAwait(false);
        await QuietlyAsync(() => pipe.Output.CompleteAsync()).ConfigureAwait(false);
        if (pipe is IAsyncDisposable owned)
        {
            await QuietlyAsync(owned.DisposeAsync).ConfigureAwait(false);
        }
        else if (pipe is IDisposable old)
        {
            await QuietlyAsync(() =>
            {
                old.Dispose();
                return ValueTask.CompletedTask;
            }).ConfigureAwait(false);
        }
    }

    private static async Task QuietlyAsync(Func<ValueTask> close)
    {
        try
        {
            await close().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // the reason of the end is known already
        }
    }
}
