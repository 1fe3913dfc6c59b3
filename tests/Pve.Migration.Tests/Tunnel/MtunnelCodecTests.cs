using System.Buffers;
using System.Text;
using Pve.Migration.Tunnel;

namespace Pve.Migration.Tests.Tunnel;

public sealed class MtunnelCodecTests
{
    private static readonly MtunnelCodec V0 = MtunnelCodec.For(MtunnelDialect.V0);
    private static readonly MtunnelCodec V1 = MtunnelCodec.For(MtunnelDialect.V1);

    [Theory]
    [InlineData("quit", "quit")]
    [InlineData("resume 100", "resume 100")]
    [InlineData("resume 999999999", "resume 999999999")]
    [InlineData("resume 007", "resume 7")]
    [InlineData("resume 1000000000", "ResumeOutOfRange")]
    [InlineData("resume 99999999999999999999", "ResumeOutOfRange")]
    [InlineData("", "Ignored")]
    [InlineData("quit ", "Ignored")]
    [InlineData(" quit", "Ignored")]
    [InlineData("quit\r", "Ignored")]
    [InlineData("QUIT", "Ignored")]
    [InlineData("resume", "Ignored")]
    [InlineData("resume ", "Ignored")]
    [InlineData("resume  100", "Ignored")]
    [InlineData("resume 100 ", "Ignored")]
    [InlineData("resume 100\r", "Ignored")]
    [InlineData("resume -100", "Ignored")]
    [InlineData("resume +100", "Ignored")]
    [InlineData("resume 1e2", "Ignored")]
    [InlineData("resume ١٠٠", "Ignored")]
    [InlineData("Resume 100", "Ignored")]
    [InlineData("{\"cmd\":\"version\"}", "Ignored")]
    public void A_v1_server_understands_exactly_two_commands(string line, string command) =>
        Assert.Equal(command, V1.ReadCommand(Encoding.UTF8.GetBytes(line)).ToString());

    [Theory]
    [InlineData("quit", "quit")]
    [InlineData("resume 100", "Ignored")]
    [InlineData("quit\r", "Ignored")]
    public void A_v0_server_understands_quit(string line, string command) =>
        Assert.Equal(command, V0.ReadCommand(Encoding.UTF8.GetBytes(line)).ToString());

    [Theory]
    [InlineData("OK", MtunnelReplyKind.Ok, "OK")]
    [InlineData("ERR: resume failed - VM 123 not running", MtunnelReplyKind.Refused, "resume failed - VM 123 not running")]
    [InlineData("ERR: ", MtunnelReplyKind.Refused, "no reason given")]
    [InlineData("OK\r", MtunnelReplyKind.Unreadable, "'OK\\x0d'")]
    [InlineData("ok", MtunnelReplyKind.Unreadable, "'ok'")]
    [InlineData(" OK", MtunnelReplyKind.Unreadable, "' OK'")]
    [InlineData("OK ", MtunnelReplyKind.Unreadable, "'OK '")]
    [InlineData("", MtunnelReplyKind.Unreadable, "''")]
    [InlineData("ERR", MtunnelReplyKind.Unreadable, "'ERR'")]
    internal void A_v1_reply_is_exact_and_case_sensitive(string line, MtunnelReplyKind kind, string text) =>
        Assert.Equal(new MtunnelReply(kind, text), V1.ReadReply(Encoding.UTF8.GetBytes(line)));

    [Fact]
    public void Commands_end_in_a_line_feed_and_nothing_else()
    {
        Assert.Equal("resume 123\n", Written(output => V1.TryWriteCommand(MtunnelCommand.Resume(123), output)));
        Assert.Equal("quit\n", Written(output => V1.TryWriteCommand(MtunnelCommand.Quit, output)));
        Assert.Equal("quit\n", Written(output => V0.TryWriteCommand(MtunnelCommand.Quit, output)));
    }

    [Fact]
    public void V0_cannot_say_resume()
    {
        var output = new ArrayBufferWriter<byte>();
        Assert.False(V0.TryWriteCommand(MtunnelCommand.Resume(100), output));
        Assert.Equal(0, output.WrittenCount);
    }

    [Fact]
    public void Greetings()
    {
        Assert.Equal("tunnel online\n", Written(V0.WriteGreeting));
        Assert.Equal("tunnel online\nver 1\n", Written(V1.WriteGreeting));
    }

    [Theory]
    [InlineData("VM 123 not running", "VM 123 not running")]
    [InlineData("no such thing at FILE line 7.\n", "no such thing at FILE line 7.")]
    [InlineData("first\nOK\r\n\tthird", "first OK third")]
    [InlineData("a\u2028b\u0085c\0d", "a b c d")]
    [InlineData("\n\n", "no reason given")]
    public void An_error_is_always_one_line(string message, string onTheWire) =>
        Assert.Equal($"ERR: resume failed - {onTheWire}\n", Written(output => V1.WriteReply(MtunnelReply.Refused(message), output)));

    [Fact]
    public void An_error_is_bounded() =>
        Assert.True(Written(output => V1.WriteReply(MtunnelReply.Refused(new string('x', 1 << 20)), output)).Length < 5000);

    [Fact]
    public void V0_answers_nothing() =>
        Assert.Empty(Written(output => V0.WriteReply(MtunnelReply.Ok, output)));

    [Fact]
    public void V1_reads_and_writes_without_allocating()
    {
        var output = new ArrayBufferWriter<byte>(1024);
        Exchange(output);

        // the runtime allocates as well, now and then, when it compiles a method anew: so one round in ten has to be clean
        Assert.Contains(0, Enumerable.Range(0, 10).Select(_ => Allocated(output)));

        static long Allocated(ArrayBufferWriter<byte> output)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
            {
                output.ResetWrittenCount();
                Exchange(output);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        static void Exchange(ArrayBufferWriter<byte> output)
        {
            V1.TryWriteCommand(MtunnelCommand.Resume(123456), output);
            V1.ReadCommand("resume 123456"u8);
            V1.WriteReply(MtunnelReply.Ok, output);
            V1.ReadReply("OK"u8);
        }
    }

    [Fact]
    public void Quoted_text_is_bounded_and_shows_control_characters()
    {
        Assert.Equal("'a\\x1b[31m'", WireText.Quote("a\u001b[31m"u8));
        Assert.Equal(203, WireText.Quote(new byte[5000].Select(static _ => (byte)'x').ToArray()).Length);
    }

    private static string Written(Action<ArrayBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
