using System.Net.Sockets;
using System.Text;

namespace Pve.Migration.Testing.Processes;

/// <summary>The monitor over which a QEMU that starts says that it is there: it connects to us, so there is nothing to poll.</summary>
/// <remarks>
/// <code>
/// &lt;- {"QMP": {...}}
/// -> {"execute": "qmp_capabilities"}
/// &lt;- {"return": {}}
/// </code>
/// The reply comes from the main loop: by then the machine is built, and the other monitors listen.
/// </remarks>
internal sealed class StartMonitor(string path) : IDisposable
{
    private readonly Socket _listener = UnixSocket.Listen(path);

    public async Task HandshakeAsync(CancellationToken cancellationToken)
    {
        using var socket = await _listener.AcceptAsync(cancellationToken).ConfigureAwait(false);
        var stream = new NetworkStream(socket);
        await using (stream.ConfigureAwait(false))
        {
            using var reader = new StreamReader(stream, Encoding.UTF8, false, -1, leaveOpen: true);
            await ExpectAsync(reader, "\"QMP\"", cancellationToken).ConfigureAwait(false);
            await stream.WriteAsync("{\"execute\": \"qmp_capabilities\"}\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
            await ExpectAsync(reader, "\"return\"", cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => _listener.Dispose();

    // what else it says until then are events
    private static async Task ExpectAsync(StreamReader reader, string word, CancellationToken cancellationToken)
    {
        while (true)
        {
            var line = await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false)
                ?? throw new EndOfStreamException("QEMU closed its start monitor.");
            if (line.Contains(word, StringComparison.Ordinal))
            {
                return;
            }
        }
    }
}
