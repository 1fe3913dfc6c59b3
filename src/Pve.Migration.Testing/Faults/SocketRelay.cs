using System.IO.Pipelines;
using System.Net.Sockets;

namespace Pve.Migration.Testing.Faults;

/// <summary>A socket joined to a pipe, each way closed on its own.</summary>
internal static class SocketRelay
{
    public static async Task ReceiveAsync(Socket socket, PipeWriter to, CancellationToken cancellationToken)
    {
        int received;
        do
        {
            received = await socket.ReceiveAsync(to.GetMemory(), cancellationToken).ConfigureAwait(false);
            to.Advance(received);
        }
        while (received > 0 && !(await to.FlushAsync(cancellationToken).ConfigureAwait(false)).IsCompleted);
        await to.CompleteAsync().ConfigureAwait(false);
    }

    public static async Task SendAsync(PipeReader from, Socket socket, CancellationToken cancellationToken)
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
