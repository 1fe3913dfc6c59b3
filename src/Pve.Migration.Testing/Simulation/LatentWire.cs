using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Channels;

namespace Pve.Migration.Testing.Simulation;

/// <summary>One direction of a connection: what goes in comes out after the latency, its end too, however much is under way.</summary>
internal sealed class LatentWire(TimeProvider time, TimeSpan latency)
{
    private readonly Channel<(byte[] Bytes, TimeSpan Due)> _underWay = Channel.CreateUnbounded<(byte[], TimeSpan)>();

    private TimeSpan Now => time.GetElapsedTime(0);

    /// <summary>Carries until the end of <paramref name="from"/>, or until its pending read is cancelled, and completes both.</summary>
    /// <param name="from">What is read.</param>
    /// <param name="to">What is written.</param>
    /// <param name="ended">Awaited before the end is passed on: by then it is known why.</param>
    public Task CarryAsync(PipeReader from, PipeWriter to, Task ended) => Task.WhenAll(TakeInAsync(from), BringOutAsync(to, ended));

    private async Task TakeInAsync(PipeReader from)
    {
        try
        {
            ReadResult read;
            do
            {
                read = await from.ReadAsync().ConfigureAwait(false);
                _underWay.Writer.TryWrite((read.Buffer.ToArray(), Now + latency));
                from.AdvanceTo(read.Buffer.End);
            }
            while (!read.IsCompleted && !read.IsCanceled);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // whoever wrote broke off, of which the other side sees the end
        }

        _underWay.Writer.Complete();
        await from.CompleteAsync().ConfigureAwait(false);
    }

    private async Task BringOutAsync(PipeWriter to, Task ended)
    {
        await foreach (var (bytes, due) in _underWay.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            await time.PassAsync(due - Now).ConfigureAwait(false);
            if (bytes.Length > 0)
            {
                await to.WriteAsync(bytes).ConfigureAwait(false); // to nobody, where the other side has closed
            }
        }

        await ended.ConfigureAwait(false);
        await to.CompleteAsync().ConfigureAwait(false);
    }
}
