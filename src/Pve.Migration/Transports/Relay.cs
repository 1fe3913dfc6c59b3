using System.Buffers;

namespace Pve.Migration.Transports;

// Two links joined: what one sends the other gets, at the pace of the slower; an end is passed on as an end, a break ends both.
internal static class Relay
{
    private const int BufferSize = 64 * 1024;

    public static async Task RunAsync(IByteLink one, IByteLink other, CancellationToken cancellationToken)
    {
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task there = CopyAsync(one, other, cut);
        Task back = CopyAsync(other, one, cut);
        Task first = await Task.WhenAny(there, back).ConfigureAwait(false);

        // of two failures the first is the cause
        await Task.WhenAll(there, back).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first.ConfigureAwait(false);
        await Task.WhenAll(there, back).ConfigureAwait(false);
        await one.DeliveredAsync(cancellationToken).ConfigureAwait(false);
        await other.DeliveredAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task CopyAsync(IByteLink from, IByteLink to, CancellationTokenSource cut)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            int read;
            while ((read = await from.ReadAsync(buffer, cut.Token).ConfigureAwait(false)) > 0)
            {
                await to.WriteAsync(buffer.AsMemory(0, read), cut.Token).ConfigureAwait(false);
            }

            // TLS and WebSockets send something for it, which a peer that does not read holds up as it does all else; ending the link ends it
            Task closing = to.CloseSendingAsync().AsTask();
            closing.ForgetFailure();
            await closing.WaitAsync(cut.Token).ConfigureAwait(false);
        }
        catch
        {
            await cut.CancelAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
