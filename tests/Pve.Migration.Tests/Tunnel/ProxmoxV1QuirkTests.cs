namespace Pve.Migration.Tests.Tunnel;

/// <summary>The quirks of <c>qm mtunnel</c> as a server since 2017, one by one: as ours must behave for Proxmox VE's own clients.</summary>
public sealed class ProxmoxV1QuirkTests
{
    private const string Greeting = "tunnel online\nver 1\n";

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    // v1.1: without quorum that is its only line, and it ends by itself
    [Fact]
    public async Task Without_quorum_a_server_says_so_and_ends()
    {
        using var tunnel = new ServedTunnel(MtunnelDialect.V1, new MtunnelServerOptions { HasQuorum = false });
        Assert.Equal("no quorum\n", await tunnel.HearRestAsync());
    }

    // v1.2: two lines that Proxmox VE's client demands to the byte
    [Fact]
    public async Task A_v1_server_greets_in_two_exact_lines()
    {
        using var tunnel = new ServedTunnel(MtunnelDialect.V1);
        await tunnel.EndAsync();
        Assert.Equal(Greeting, await tunnel.HearRestAsync());
    }

    // v1.3: OK, exact and case sensitive
    [Fact]
    public async Task Resume_is_answered_by_OK()
    {
        using var tunnel = new ServedTunnel(MtunnelDialect.V1);
        await tunnel.SayAsync("resume 123\n");
        await tunnel.EndAsync();
        Assert.Equal(Greeting + "OK\n", await tunnel.HearRestAsync());
        Assert.Equal(["resume 123"], tunnel.Calls);
    }

    // v1.4: a Perl error has several lines, and its last newline alone is trimmed. A client reads the first line and takes the next for
    // the answer to its next command; so ours sends one line, whatever went wrong.
    [Theory]
    [InlineData("VM 123 not running", "VM 123 not running")]
    [InlineData("got timeout at /usr/share/perl5/PVE/QMPClient.pm line 5.\n", "got timeout at /usr/share/perl5/PVE/QMPClient.pm line 5.")]
    [InlineData("first\nOK\n", "first OK")]
    [InlineData("first\r\nERR: second", "first ERR: second")]
    public async Task A_multi_line_ERR_is_sent_as_one_line(string error, string sent)
    {
        using var tunnel = new ServedTunnel(MtunnelDialect.V1) { ResumeFails = new MtunnelRefusedException(error) };
        await tunnel.PlayAsync($"""
            <- tunnel online
            <- ver 1
            -> resume 123
            <- ERR: resume failed - {sent}
            -> quit
            <- OK
            """);
        Assert.Equal("", await tunnel.HearRestAsync());
    }

    // v1.5: quit is answered, then the server ends by itself; what was sent behind it is nobody's
    [Fact]
    public async Task Quit_is_answered_by_OK_and_ends_the_server()
    {
        using var tunnel = new ServedTunnel(MtunnelDialect.V1);
        await tunnel.SayAsync("quit\nresume 100\nquit\n");
        Assert.Equal(Greeting + "OK\n", await tunnel.HearRestAsync());
        Assert.Empty(tunnel.Calls);
    }

    // v1.6: what is no command gets no reply at all; the answer behind it is the next command's
    [Theory]
    [InlineData("help")]
    [InlineData("nbdstop 100")]
    [InlineData("resume  100")]
    [InlineData(" resume 100")]
    [InlineData("resume 100 ")]
    [InlineData("resume\t100")]
    [InlineData("resume")]
    [InlineData("resume ")]
    [InlineData("resume abc")]
    [InlineData("resume 0x64")]
    [InlineData("Resume 100")]
    [InlineData("")]
    [InlineData("{\"cmd\":\"version\"}")]
    public async Task What_is_no_command_gets_no_reply_at_all(string line) => await AssertIgnoredAsync(line);

    // v1.7: as Environment.NewLine on Windows would write it
    [Theory]
    [InlineData("\r")]
    [InlineData("resume 100\r")]
    [InlineData("quit\r")]
    [InlineData("resume\r100")]
    public async Task A_lone_CR_makes_it_no_command(string line) => await AssertIgnoredAsync(line);

    [Fact]
    public async Task A_lone_CR_ends_no_line()
    {
        using var tunnel = new ServedTunnel(MtunnelDialect.V1);
        await tunnel.SayAsync("resume 100\rquit\r");
        await tunnel.EndAsync();
        Assert.Equal(Greeting, await tunnel.HearRestAsync());
        Assert.Empty(tunnel.Calls);
    }

    // v1.8: the end of its input ends it, and nothing is undone
    [Fact]
    public async Task The_end_of_a_v1_client_undoes_nothing()
    {
        using var tunnel = new ServedTunnel(MtunnelDialect.V1);
        await tunnel.PlayAsync("""
            <- tunnel online
            <- ver 1
            -> resume 100
            <- OK
            """);
        await tunnel.EndAsync();
        Assert.Equal("", await tunnel.HearRestAsync());
        Assert.Equal(["resume 100"], tunnel.Calls);
    }

    // v1.9: it does for every VM what it is asked for; the number is the client's affair, and 0 in front changes none
    [Fact]
    public async Task One_v1_tunnel_resumes_whatever_VM_is_named()
    {
        using var tunnel = new ServedTunnel(MtunnelDialect.V1);
        await tunnel.PlayAsync("""
            <- tunnel online
            <- ver 1
            -> resume 101
            <- OK
            -> resume 0102
            <- OK
            """);
        Assert.Equal(["resume 101", "resume 102"], tunnel.Calls);
        await tunnel.EndAsync();
        await tunnel.Served.WaitAsync(Test);
    }

    private static async Task AssertIgnoredAsync(string line)
    {
        using var tunnel = new ServedTunnel(MtunnelDialect.V1);
        await tunnel.SayAsync($"{line}\nresume 7\n{line}\nquit\n");
        Assert.Equal(Greeting + "OK\nOK\n", await tunnel.HearRestAsync());
        Assert.Equal(["resume 7"], tunnel.Calls);
    }
}
