using System.Text;
using Pve.Migration.Tunnel;

namespace Pve.Migration.Tests.Tunnel;

public sealed class SecretMaskTests
{
    [Theory]
    [InlineData("""{"success":true,"ticket":"abc\"def"}""", """{"success":true,"ticket":"***"}""")]
    [InlineData("""{"ticket": "cut off""", """{"ticket": "***""")]
    [InlineData("""{"spice_ticket":"x","n":1}""", """{"spice_ticket":"***","n":1}""")]
    [InlineData("""{"Password":"x"}""", """{"Password":"***"}""")]
    [InlineData("PVE:root@pam:65A0::c2ln end", "PVE:*** end")]
    [InlineData("'PVETUNNEL:/run/x::c2ln'", "'PVETUNNEL:***'")]
    [InlineData("wss://host/mtunnelwebsocket?ticket=a%3Ab&socket=/run/x", "wss://host/mtunnelwebsocket?ticket=***&socket=/run/x")]
    [InlineData("Authorization: PVEAPIToken=root@pam!x=1111-2222", "Authorization: PVEAPIToken=***")]
    [InlineData("spice_ticket: s3cret", "spice_ticket: ***")]
    [InlineData("Authorization: Bearer abc.d-e_f/g+h== end", "Authorization: Bearer *** end")]
    [InlineData("""{"msg":"no {\"ticket\":\"abc\"}"}""", """{"msg":"no {\"ticket\":\"***\"}"}""")]
    [InlineData("""{"ticket":12345,"n":1}""", """{"ticket":***,"n":1}""")]
    [InlineData("""{"tick\u0065t":"abc","n":1}""", """{"ticket":"***","n":1}""")]
    [InlineData("""{"msg":"{\"tick\\u0065t\":\"abc\"}"}""", """{"msg":"{\"ticket\":\"***\"}"}""")]
    [InlineData("""{"msg":"a\u0022b\u005cc\/d"}""", """{"msg":"a\u0022b\u005cc/d"}""")]
    [InlineData("""{"tickets":["a","b"],"n":1}""", """{"tickets":***""")]
    [InlineData("""{'ticket':'abc','n':1}""", """{'ticket':'***','n':1}""")]
    [InlineData("{n: 1, ticket: abc}", "{n: 1, ticket: ***}")]
    [InlineData("no ticket: it is late", "no ticket: it is late")]
    [InlineData("VM 100 not running", "VM 100 not running")]
    [InlineData("migration listens on unix:/run/qemu-server/100.migrate", "migration listens on unix:/run/qemu-server/100.migrate")]
    public void What_may_open_something_is_not_told(string text, string masked) => Assert.Equal(masked, SecretMask.Apply(text));

    [Fact]
    public void A_known_secret_is_masked_wherever_it_stands() => Assert.Equal("x***y***", SecretMask.Apply("xS3cr3tyS3cr3t", "S3cr3t"));

    [Theory]
    [InlineData("ends in S3cr", "ends in ***")]
    [InlineData("ends in S3cr3", "ends in ***")]
    [InlineData("ends in S3c", "ends in S3c")]
    [InlineData("x=S3cr3t%2F%3D", "x=***")]
    public void So_is_the_first_half_of_it_at_the_end_and_what_a_query_makes_of_it(string text, string masked) =>
        Assert.Equal(masked, SecretMask.Apply(text, "other", "S3cr3t/="));

    [Theory]
    [InlineData("Authorization: PVEAPIToken=root@pam!x=1111-2222", null)]
    [InlineData("root@pam!x has no rights", "root@pam!x has no rights")]
    public void An_exception_that_tells_one_is_left_out(string message, string? told) =>
        Assert.Equal(told, SecretMask.Tellable(new IOException(message))?.Message);

    [Theory]
    [InlineData("PVEAPIToken=root@pam!x=1111-2222", "1111-2222")]
    [InlineData("Bearer abc==", "abc==")]
    [InlineData("abc", "abc")]
    public void What_of_a_header_is_secret(string header, string secret) => Assert.Equal(secret, SecretMask.OfAuthorization(header));

    [Theory]
    [InlineData(190)]
    [InlineData(4090)]
    [InlineData(9000)]
    public void No_half_of_it_is_left_where_a_text_is_cut(int before)
    {
        const string Secret = "0123456789abcdef";
        var quoted = WireText.Quote(Encoding.UTF8.GetBytes(new string('x', before) + Secret), Secret);
        Assert.DoesNotContain("0123", quoted, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"", "ticket")]
    [InlineData("", "\"ticket")]
    [InlineData("", "\\\"ticket")]
    [InlineData("", "ticket ")]
    [InlineData("", "PVE")]
    [InlineData("", ",ticket")]
    [InlineData("", "{ ")]
    [InlineData("", "\\")]
    [InlineData("", "\\u0041")]
    [InlineData("\"ticket\":\"", "\\")]
    public void The_time_grows_with_the_line_and_no_faster(string begin, string repeated)
    {
        // as one line, and the same in 32; both in turn, as they are the same work on any machine
        const int Lines = 32;
        string piece = begin + string.Concat(Enumerable.Repeat(repeated, 1024 * 1024 / Lines / repeated.Length));
        string whole = begin + string.Concat(Enumerable.Repeat(repeated, 1024 * 1024 / repeated.Length));
        var (many, one) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        for (var i = 0; i < 3; i++)
        {
            many = Fastest(many, piece, Lines);
            one = Fastest(one, whole, 1);
        }

        Assert.True(one < 8 * many, $"{Lines} lines took {many.TotalMilliseconds} ms, as much in one took {one.TotalMilliseconds} ms");
    }

    private static TimeSpan Fastest(TimeSpan soFar, string line, int times)
    {
        var start = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < times; i++)
        {
            SecretMask.Apply(line);
        }

        var elapsed = TimeProvider.System.GetElapsedTime(start);
        return elapsed < soFar ? elapsed : soFar;
    }
}
