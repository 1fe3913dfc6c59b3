namespace Pve.Migration.Tests.Tunnel;

/// <summary>What a hostile client gets from a server: an error reply or an end with a reason, never a call of the handler, never a hang.</summary>
public sealed class BadInputServerTests
{
    private const string Unparsable = """{"success":false,"msg":"failed to parse command - one JSON object a line is expected"}""";

    [Theory]
    [InlineData("""{"cmd":"ticket","path":"/a","path":"/b"}""", Unparsable)] // what is checked must be what is used
    [InlineData("""{"cmd":"resume","cmd":"stop"}""", Unparsable)]
    [InlineData("""{"cmd":"\ud800"}""", Unparsable)]
    [InlineData("""{"cmd":"ticket","path":"\udc00"}""", Unparsable)]
    [InlineData("""{"cmd":"resume","\ud800":1}""", Unparsable)]
    [InlineData("{\"cmd\":\"res\0ume\"}", Unparsable)]
    [InlineData("\0", Unparsable)]
    [InlineData("""{"cmd":"resume"} {"cmd":"stop"}""", Unparsable)]
    [InlineData("""{"cmd":"resume" """, Unparsable)]
    [InlineData("""[{"cmd":"resume"}]""", Unparsable)]
    [InlineData("\"resume\"", Unparsable)]
    [InlineData("""{"cmd":["resume"]}""", """{"success":false,"msg":"\u0027cmd\u0027 missing"}""")]
    [InlineData("""{"cmd":7}""", """{"success":false,"msg":"\u0027cmd\u0027 missing"}""")]
    [InlineData("""{"cmd":"resume 100; rm -rf /"}""", """{"success":false,"msg":"unknown command \u0027resume 100; rm -rf /\u0027 given"}""")]
    [InlineData("""{"cmd":"re\nsume\u001b[2J"}""", """{"success":false,"msg":"unknown command \u0027re sume [2J\u0027 given"}""")]
    [InlineData("""{"cmd":"config","conf":{}}""", """{"success":false,"msg":"failed to handle \u0027config\u0027 command - conf: type check failed, Text expected"}""")]
    public async Task V2_answers_with_an_error_and_goes_on(string line, string answer)
    {
        using var tunnel = new ServedTunnel(MtunnelDialect.V2);
        await tunnel.PlayAsync($"""
            <- tunnel online
            <- ver 2
            """);
        await tunnel.SayAsync(line + "\n");
        await tunnel.PlayAsync($$"""
            <- {{answer}}
            -> {"cmd":"status"}
            <- {"success":true}
            """);
        Assert.Equal(["status"], tunnel.Calls);
    }

    [Fact]
    public async Task V2_shows_a_long_name_cut()
    {
        using var tunnel = new ServedTunnel(MtunnelDialect.V2);
        await tunnel.SayAsync($$"""{"cmd":"{{new string('x', 100_000)}}"}""" + "\n");
        await tunnel.EndAsync();
        Assert.InRange((await tunnel.HearRestAsync()).Length, 100, 300);
        Assert.Empty(tunnel.Calls);
    }

    [Theory]
    [InlineData("resume 1\0")]
    [InlineData("resume ../100")]
    [InlineData("resume /etc/passwd")]
    [InlineData("resume 100 && reboot")]
    [InlineData("resume $(id)")]
    [InlineData("resume 0x64")]
    [InlineData("resume １００")] // full-width digits
    [InlineData("""{"cmd":"resume"}""")]
    [InlineData("\u001b[2J")]
    public async Task V1_ignores_what_is_no_command_as_Proxmox_VE_does(string line)
    {
        using var tunnel = new ServedTunnel(MtunnelDialect.V1);
        await tunnel.SayAsync(line + "\n");
        await tunnel.PlayAsync("""
            <- tunnel online
            <- ver 1
            -> resume 100
            <- OK
            """);
        Assert.Equal(["resume 100"], tunnel.Calls);
    }

    [Theory]
    [InlineData(MtunnelDialect.V0, "tunnel online\n")]
    [InlineData(MtunnelDialect.V1, "tunnel online\nver 1\nERR: resume failed - the peer sent a line longer than 1048576 bytes\n")]
    [InlineData(MtunnelDialect.V2, "tunnel online\nver 2\n{\"success\":false,\"msg\":\"the peer sent a line longer than 1048576 bytes\"}\n")]
    public async Task A_line_without_end_is_told_its_limit_and_ends_the_tunnel(MtunnelDialect dialect, string heard)
    {
        using var tunnel = new ServedTunnel(dialect);
        var flood = FloodAsync(tunnel);
        await Assert.ThrowsAsync<MtunnelLineTooLongException>(() => tunnel.Served);
        await flood;
        Assert.Equal(heard, await tunnel.HearAllAsync());
        Assert.Empty(tunnel.Calls);
    }

    [Fact]
    public async Task A_secret_in_a_handler_s_error_stays_there()
    {
        using var tunnel = new ServedTunnel(MtunnelDialect.V1) { ResumeFails = new InvalidOperationException("spice_ticket: s3cret was refused") };
        await tunnel.PlayAsync("""
            <- tunnel online
            <- ver 1
            -> resume 100
            <- ERR: resume failed - spice_ticket: *** was refused
            """);
    }

    // the server may have left before all of it was sent
    private static async Task FloodAsync(ServedTunnel tunnel)
    {
        var part = new string('x', 64 * 1024);
        for (var i = 0; i < 18 && !tunnel.Served.IsCompleted; i++)
        {
            await tunnel.SayAsync(part);
        }
    }
}
