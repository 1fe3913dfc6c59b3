using System.Buffers;

namespace Pve.Migration.Tunnel;

// One dialect, both ends, no I/O. Chosen once after the negotiation; nobody behind it asks for a version again.
internal abstract class MtunnelCodec
{
    public abstract MtunnelDialect Dialect { get; }

    // whether this dialect answers at all: where it does not, no line of the peer means anything
    public abstract bool HasReplies { get; }

    // whether the rest of an error may lie in further lines, which no reader can tell from the next answer
    public virtual bool ErrorsMaySpanLines => true;

    // whether a blank line gets no reply, so that it can wake the way to the peer
    public virtual bool IgnoresBlankLines => true;

    public static MtunnelCodec For(MtunnelDialect dialect) => dialect switch
    {
        MtunnelDialect.V0 => MtunnelCodecV0.Instance,
        MtunnelDialect.V1 => MtunnelCodecV1.Instance,
        MtunnelDialect.V2 => MtunnelCodecV2.Instance,
        _ => throw new ArgumentOutOfRangeException(nameof(dialect), dialect, "not a dialect this library speaks"),
    };

    // the client's end; false: the dialect has no such command, nothing was written
    public abstract bool TryWriteCommand(MtunnelCommand command, IBufferWriter<byte> output);

    // what of the peer's words is a secret is masked in what is told of them; an OK tells nothing, and a paused guest may wait for it
    public abstract MtunnelReply ReadReply(ReadOnlySpan<byte> line, params ReadOnlySpan<string?> secrets);

    // the server's end
    public abstract void WriteGreeting(IBufferWriter<byte> output);

    // whether the server ends behind this command; one that goes on answers the rest, until the client ends the stream
    public virtual bool EndsWith(MtunnelCommand command) => command.Kind == MtunnelCommandKind.Quit;

    public abstract MtunnelCommand ReadCommand(ReadOnlySpan<byte> line);

    public abstract void WriteReply(MtunnelReply reply, IBufferWriter<byte> output);
}
