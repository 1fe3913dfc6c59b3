using System.Buffers;
using System.Text;
using System.Text.Json;
using Pve.Migration.Tunnel;

namespace Pve.Migration.Tests.Tunnel;

public sealed class MtunnelCodecV2Tests
{
    private static readonly MtunnelCodec V2 = MtunnelCodec.For(MtunnelDialect.V2);

    [Theory]
    [InlineData("""{"cmd":"version"}""", "version")]
    [InlineData("""{"cmd":"quit","cleanup":1}""", "quit")]
    [InlineData("""{"path":"/run/x","cmd":"ticket"}""", "ticket")]
    [InlineData("""{"cmd":"resume"}""" + "\r", "resume")] // JSON takes a CR for a blank
    [InlineData("""{"cmd":""}""", "")]
    [InlineData("""{"cmd":5}""", "Malformed: 'cmd' missing")]
    [InlineData("{}", "Malformed: 'cmd' missing")]
    [InlineData("", "Malformed: failed to parse command")]
    [InlineData("resume 100", "Malformed: failed to parse command")]
    [InlineData("quit", "Malformed: failed to parse command")]
    [InlineData("[]", "Malformed: failed to parse command")]
    [InlineData("null", "Malformed: failed to parse command")]
    [InlineData("""{"cmd":"quit"} {"cmd":"quit"}""", "Malformed: failed to parse command")]
    [InlineData("""{"cmd":"quit" """, "Malformed: failed to parse command")]
    [InlineData("\0", "Malformed: failed to parse command")]
    public void A_request_is_one_object_with_a_command(string line, string expected)
    {
        var command = V2.ReadCommand(Encoding.UTF8.GetBytes(line));
        Assert.StartsWith(expected, command.Kind == MtunnelCommandKind.Malformed ? $"Malformed: {command.Name}" : command.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_no_command()
        => Assert.Equal(MtunnelCommandKind.Malformed, V2.ReadCommand([.. "{\"cmd\":\""u8, 0xC3, 0x28, .. "\"}"u8]).Kind);

    [Fact]
    public void Nesting_without_end_is_no_command()
        => Assert.Equal(MtunnelCommandKind.Malformed, V2.ReadCommand(Encoding.UTF8.GetBytes("{\"cmd\":\"x\",\"a\":" + new string('[', 10_000))).Kind);

    [Theory]
    [InlineData("""{"success":true}""", MtunnelReplyKind.Ok, "OK")]
    [InlineData("""{"success":1,"drivestr":"x"}""", MtunnelReplyKind.Ok, "OK")]
    [InlineData("""{"success":"1"}""", MtunnelReplyKind.Ok, "OK")]
    [InlineData("""{"success":false,"msg":"no such\nVM"}""", MtunnelReplyKind.Refused, "no such VM")]
    [InlineData("""{"success":0}""", MtunnelReplyKind.Refused, "no reason given")]
    [InlineData("""{"success":"","msg":"m"}""", MtunnelReplyKind.Refused, "m")]
    [InlineData("""{"success":null}""", MtunnelReplyKind.Unreadable, "'{\"success\":null}'")]
    [InlineData("{}", MtunnelReplyKind.Unreadable, "'{}'")]
    [InlineData("OK", MtunnelReplyKind.Unreadable, "'OK'")]
    internal void A_reply_says_success_or_why_not(string line, MtunnelReplyKind kind, string text)
    {
        var reply = V2.ReadReply(Encoding.UTF8.GetBytes(line));
        Assert.Equal((kind, text), (reply.Kind, reply.Text));
    }

    [Fact]
    public void Both_ends_write_one_object_a_line()
    {
        Assert.Equal("tunnel online\nver 2\n", Written(V2.WriteGreeting));
        Assert.Equal("{\"cmd\":\"resume\"}\n", Written(output => V2.TryWriteCommand(MtunnelCommand.Resume(100), output)));
        Assert.Equal("{\"cmd\":\"quit\",\"cleanup\":0}\n", Written(output => V2.TryWriteCommand(MtunnelCommand.Quit, output)));
        Assert.Equal(
            "{\"cmd\":\"ticket\",\"path\":\"a\\nb\"}\n",
            Written(output => V2.TryWriteCommand(MtunnelCommand.Named("ticket", JsonElement.Parse("""{"path":"a\nb","cmd":"stop"}""")), output)));
        Assert.Equal("{\"success\":true}\n", Written(output => V2.WriteReply(MtunnelReply.Ok, output)));
        Assert.Equal(
            "{\"success\":true,\"ticket\":\"t\"}\n",
            Written(output => V2.WriteReply(MtunnelReply.Ok with { Result = JsonElement.Parse("""{"ticket":"t","success":false}""") }, output)));
        Assert.Equal("{\"success\":false,\"msg\":\"a b\"}\n", Written(output => V2.WriteReply(MtunnelReply.Refused("a\nb"), output)));
    }

    private static string Written(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
