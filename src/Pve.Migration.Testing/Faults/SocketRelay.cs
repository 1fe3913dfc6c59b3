using System.IO.Pipelines;
using System.Net.Sockets;

namespace Pve.Migration.Testing.Faults;

/// <summary>
/// A socket joined to a pipe, each way closed on its own. A break of either ends the receiving of all that share the source of their end; what was
/// received before is still sent.
/// </summary>
internal static class SocketRelay
{
    public static Task RunAsync(Socket socket, IDuplexPipe pipe, CancellationTokenSource broken, CancellationToken stop)
        => Task.WhenAll(BreakingAsync(ReceiveAsync(socket, pipe.Output, broken.Token), broken), BreakingAsync(SendAsync(pipe.Input, socket, stop), broken));

    private static async Task BreakingAsync(Task way, CancellationTokenSource broken)
    {
        try
        {
            await way.ConfigureAwait(false);
        }
        catch
        {
            await broken.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task ReceiveAsync(Socket socket, PipeWriter to, CancellationToken cancellationToken)
    {
        try
        {
            int received;
            do
            {
                received = await socket.ReceiveAsync(to.GetMemory(), cancellationToken).ConfigureAwait(false);
                to.Advance(received);
            }
            while (received > 0 && !(await to.FlushAsync(cancellationToken).ConfigureAwait(false)).IsCompleted);
        }
        finally
        {
            await to.CompleteAsync().ConfigureAwait(false);
        }
    }

    private static async Task SendAsync(PipeReader from, Socket socket, CancellationToken cancellationToken)
    {
        ReadResult read;
        do
        {
            read = await from.ReadAsync(cancellationToken).ConfigureAwait(false);
            foreach (var segment in read.Buffer)
            {
                await socket.SendAsync(segment, cancellationToken).ConfigureAwait(false);
            }

            from.AdvanceTo(read.Buffer.End);
        }
        while (!read.IsCompleted);
        socket.Shutdown(SocketShutdown.Send);
    }
}
