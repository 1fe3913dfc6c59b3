using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Pve.Migration.Tunnel;

namespace Pve.Migration.Transports;

// The server's first line on a channel to a socket: "OK", or "ERR: " and why not, as the tunnel itself answers. Bytes of the socket follow an OK.
internal static class ChannelGreeting
{
    private const int MaxLength = 1024;
    private const string Error = "ERR: ";

    public static async Task WriteAsync(PipeWriter writer, string? refusal, CancellationToken cancellationToken)
    {
        string line = refusal is null ? "OK\n" : $"{Error}{WireText.ToSingleLine(refusal, MaxLength / 4)}\n";
        await writer.WriteAsync(Encoding.UTF8.GetBytes(line), cancellationToken).ConfigureAwait(false);
    }

    // the refusal, or null
    public static async Task<string?> ReadAsync(IDuplexPipe channel, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult read = await channel.Input.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                string line = Encoding.UTF8.GetString(read.Buffer.Slice(0, end));
                channel.Input.AdvanceTo(read.Buffer.GetPosition(1, end));
                return line == "OK" ? null : line.StartsWith(Error, StringComparison.Ordinal) ? WireText.ToSingleLine(SecretMask.Apply(line[Error.Length..])) : "it greets with something else than OK";
            }

            bool isOver = read.IsCompleted || read.Buffer.Length > MaxLength;
            channel.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (isOver)
            {
                return "it does not greet";
            }
        }
    }
}
