using System.Buffers;

namespace Pve.Migration.Tunnel;

// S→C tunnel online LF      C→S quit LF      and not a byte more
internal sealed class MtunnelCodecV0 : MtunnelCodec
{
    public static readonly MtunnelCodecV0 Instance = new();

    public override MtunnelDialect Dialect => MtunnelDialect.V0;

    public override bool HasReplies => false;

    public override bool TryWriteCommand(MtunnelCommand command, IBufferWriter<byte> output)
    {
        if (command.Kind != MtunnelCommandKind.Quit)
        {
            return false;
        }

        output.Write("quit\n"u8);
        return true;
    }

    public override MtunnelReply ReadReply(ReadOnlySpan<byte> line, params ReadOnlySpan<string?> secrets) => MtunnelReply.Unreadable(line, secrets);

    public override void WriteGreeting(IBufferWriter<byte> output) => output.Write("tunnel online\n"u8);

    public override MtunnelCommand ReadCommand(ReadOnlySpan<byte> line) =>
        line.SequenceEqual("quit"u8) ? MtunnelCommand.Quit : MtunnelCommand.Ignored;

    public override void WriteReply(MtunnelReply reply, IBufferWriter<byte> output)
    {
    }
}
