using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Pve.Migration.Tunnel;

// S→C tunnel online LF ver 1 LF
// C→S resume VMID LF      S→C OK LF | ERR: resume failed - MESSAGE LF
// C→S quit LF             S→C OK LF, then the end
// Exact and case sensitive, one space, LF only; what fits nothing gets no reply.
internal sealed class MtunnelCodecV1 : MtunnelCodec
{
    public static readonly MtunnelCodecV1 Instance = new();

    public override MtunnelDialect Dialect => MtunnelDialect.V1;

    public override bool HasReplies => true;

    public override bool TryWriteCommand(MtunnelCommand command, IBufferWriter<byte> output)
    {
        switch (command.Kind)
        {
            case MtunnelCommandKind.Quit:
                output.Write("quit\n"u8);
                return true;
            case MtunnelCommandKind.Resume:
                output.Write("resume "u8);
                Utf8Formatter.TryFormat(command.Vmid, output.GetSpan(11), out int written);
                output.Advance(written);
                output.Write("\n"u8);
                return true;
            default:
                return false;
        }
    }

    public override MtunnelReply ReadReply(ReadOnlySpan<byte> line, params ReadOnlySpan<string?> secrets)
    {
        if (line.SequenceEqual("OK"u8))
        {
            return MtunnelReply.Ok;
        }

        return line.StartsWith("ERR: "u8)
            ? MtunnelReply.Refused(WireText.ToSingleLine(SecretMask.Apply(Encoding.UTF8.GetString(line[5..]), secrets)))
            : MtunnelReply.Unreadable(line, secrets);
    }

    public override void WriteGreeting(IBufferWriter<byte> output) => output.Write("tunnel online\nver 1\n"u8);

    public override MtunnelCommand ReadCommand(ReadOnlySpan<byte> line)
    {
        if (line.SequenceEqual("quit"u8))
        {
            return MtunnelCommand.Quit;
        }

        if (!line.StartsWith("resume "u8) || line.Length == 7)
        {
            return MtunnelCommand.Ignored;
        }

        ReadOnlySpan<byte> digits = line[7..];
        if (digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return MtunnelCommand.Ignored;
        }

        return digits.Length > MtunnelCommand.MaxVmidDigits
            ? new MtunnelCommand(MtunnelCommandKind.ResumeOutOfRange)
            : MtunnelCommand.Resume(int.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture));
    }

    public override void WriteReply(MtunnelReply reply, IBufferWriter<byte> output)
    {
        if (reply.Kind == MtunnelReplyKind.Ok)
        {
            output.Write("OK\n"u8);
            return;
        }

        output.Write("ERR: resume failed - "u8);
        Encoding.UTF8.GetBytes(WireText.ToSingleLine(reply.Text), output);
        output.Write("\n"u8);
    }
}
