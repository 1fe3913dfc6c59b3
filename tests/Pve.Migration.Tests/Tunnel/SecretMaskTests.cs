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
    [InlineData("VM 100 not running", "VM 100 not running")]
    [InlineData("migration listens on unix:/run/qemu-server/100.migrate", "migration listens on unix:/run/qemu-server/100.migrate")]
    public void What_may_open_something_is_not_told(string text, string masked) => Assert.Equal(masked, SecretMask.Apply(text));

    [Fact]
    public void A_known_secret_is_masked_wherever_it_stands() => Assert.Equal("x***y***", SecretMask.Apply("xS3cr3tyS3cr3t", "S3cr3t"));

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
}
