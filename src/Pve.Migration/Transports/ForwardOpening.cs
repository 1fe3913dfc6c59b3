using System.Buffers;
using Pve.Migration.Tunnel;

namespace Pve.Migration.Transports;

// How a connection to an mtunnel becomes one to a socket there:
//   C→S {"cmd":"forward","path":PATH,"ticket":TICKET} LF                  at once, as the greeting does not depend on it
//   S→C tunnel online LF ver 2 LF {"success":true} LF                     and then what the socket says
internal static class ForwardOpening
{
    private const int MaxLine = 8192;

    public static async Task RunAsync(IByteLink link, string path, string ticket, CancellationToken cancellationToken)
    {
        var request = new ArrayBufferWriter<byte>();
        MtunnelCodecV2.Instance.TryWriteCommand(
            MtunnelCommand.Named(MtunnelVocabulary.Forward, WireValue.Object(json =>
            {
                json.WriteString("path", path);
                json.WriteString("ticket", ticket);
            })),
            request);
        await link.WriteAsync(request.WrittenMemory, cancellationToken).ConfigureAwait(false);
        var negotiation = new MtunnelNegotiation { Secrets = [ticket] };
        while (negotiation.State is MtunnelNegotiationState.AwaitingGreeting or MtunnelNegotiationState.AwaitingVersion)
        {
            negotiation.OnLine(await ReadLineAsync(link, cancellationToken).ConfigureAwait(false));
        }

        if (negotiation.State != MtunnelNegotiationState.AwaitingApi)
        {
            throw new MtunnelConnectionException(negotiation.FailureText ?? "the other end is of an older dialect, and forwards nothing");
        }

        MtunnelReply reply = MtunnelCodecV2.Instance.ReadReply(await ReadLineAsync(link, cancellationToken).ConfigureAwait(false), ticket);
        if (reply.Kind != MtunnelReplyKind.Ok)
        {
            throw new MtunnelConnectionException($"the other end refused: {reply.Text}");
        }
    }

    // One byte after the other, so that none of the socket's is taken; the lines are few and short.
    private static async Task<byte[]> ReadLineAsync(IByteLink link, CancellationToken cancellationToken)
    {
        var line = new ArrayBufferWriter<byte>();
        byte[] one = new byte[1];
        while (await link.ReadAsync(one, cancellationToken).ConfigureAwait(false) > 0)
        {
            if (one[0] == '\n')
            {
                return line.WrittenSpan.ToArray();
            }

            if (line.WrittenCount == MaxLine)
            {
                throw new MtunnelConnectionException($"the other end said a line longer than {MaxLine} bytes");
            }

            line.Write(one);
        }

        throw new MtunnelConnectionException("the other end hung up");
    }
}
