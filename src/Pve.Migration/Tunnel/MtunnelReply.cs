using System.Text.Json;

namespace Pve.Migration.Tunnel;

internal readonly record struct MtunnelReply(MtunnelReplyKind Kind, string Text, JsonElement Result = default)
{
    public static MtunnelReply Ok => new(MtunnelReplyKind.Ok, "OK");

    public static MtunnelReply Refused(string text) => new(MtunnelReplyKind.Refused, text);

    public static MtunnelReply Unreadable(ReadOnlySpan<byte> line, params ReadOnlySpan<string?> secrets) =>
        new(MtunnelReplyKind.Unreadable, WireText.Quote(line, secrets));
}
