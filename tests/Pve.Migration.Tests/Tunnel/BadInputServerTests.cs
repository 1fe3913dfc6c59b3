using Microsoft.Extensions.Time.Testing;
using Pve.Migration.Tests.Transports;

namespace Pve.Migration.Tests.Tunnel;

/// <summary>What a hostile client gets from a server: an error reply or an end with a reason, never a call of the handler, never a hang.</summary>
public sealed class BadInputServerTests
{
    private const string Unparsable = """{"success":false,"msg":"failed to parse command - one JSON object a line is expected"}""";
    private const string NotHandedOut =
        """{"success":false,"msg":"failed to handle \u0027ticket\u0027 command - not allowed to create a ticket for a socket that was not handed out"}""";

    private static readonly string[] Ours = ["status", "set-replication-state", "resume-when-completed"];

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
    [InlineData("""{"cmd":""}""", """{"success":false,"msg":"unknown command \u0027\u0027 given"}""")]
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

    // ours beyond Proxmox VE's: each has a schema, and what is none of it is refused
    [Theory]
    [InlineData("""{"cmd":"status","vmid":101}""", "status", "vmid: property is not defined in schema and the schema does not allow additional properties")]
    [InlineData("""{"cmd":"resume-when-completed","vmid":101}""", "resume-when-completed", "vmid: property is not defined in schema and the schema does not allow additional properties")]
    [InlineData("""{"cmd":"set-replication-state"}""", "set-replication-state", "state: property is missing and it is not optional")]
    [InlineData("""{"cmd":"set-replication-state","state":null}""", "set-replication-state", "state: property is missing and it is not optional")]
    [InlineData("""{"cmd":"set-replication-state","state":"{}"}""", "set-replication-state", "state: type check failed, Object expected")]
    [InlineData("""{"cmd":"set-replication-state","state":[{}]}""", "set-replication-state", "state: type check failed, Object expected")]
    [InlineData("""{"cmd":"set-replication-state","state":{},"path":"/etc/pve/../shadow"}""", "set-replication-state", "path: property is not defined in schema and the schema does not allow additional properties")]
    public async Task Our_own_dialect_answers_with_an_error_and_goes_on(string line, string command, string why)
    {
        using var tunnel = new ServedTunnel(MtunnelDialect.V2) { Commands = Ours };
        await tunnel.PlayAsync($$"""
            <- tunnel online
            <- ver 2
            -> {"cmd":"version"}
            <- {"success":true,"api":2,"age":0,"capabilities":["resume-when-completed","set-replication-state","status"]}
            -> {{line}}
            <- {"success":false,"msg":"failed to handle \u0027{{command}}\u0027 command - {{why}}"}
            -> {"cmd":"nbdstop"}
            <- {"success":false,"msg":"unknown command \u0027nbdstop\u0027 given"}
            -> {"cmd":"set-replication-state","state":{} }
            <- {"success":true}
            """);
        Assert.Equal(["set-replication-state"], tunnel.Calls);
    }

    [Theory]
    [InlineData("status", "")]
    [InlineData("set-replication-state", ",\"state\":{}")]
    [InlineData("resume-when-completed", "")]
    public async Task Who_has_none_of_ours_does_not_know_them(string command, string parameters)
    {
        using var tunnel = new ServedTunnel(MtunnelDialect.V2) { Commands = ["nbdstop"] };
        await tunnel.PlayAsync($$"""
            <- tunnel online
            <- ver 2
            -> {"cmd":"version"}
            <- {"success":true,"api":2,"age":0,"capabilities":[]}
            -> {"cmd":"{{command}}"{{parameters}} }
            <- {"success":false,"msg":"unknown command \u0027{{command}}\u0027 given"}
            """);
        Assert.Empty(tunnel.Calls);
    }

    // the names of sockets are compared, not followed: neither .. nor a link leads to one that was not handed out
    [Theory]
    [InlineData("/run/qemu-server/../qemu-server/100.migrate")]
    [InlineData("/run/qemu-server/./100.migrate")]
    [InlineData("/run/qemu-server//100.migrate")]
    [InlineData("/run/qemu-server/100.migrate/")]
    [InlineData("/run/qemu-server/100.migrate\\u0000")]
    [InlineData("/run/qemu-server/101.migrate")]
    [InlineData("/run/qemu-server/100.qmp")]
    [InlineData("/var/run/qemu-server/100.migrate")] // /var/run is a link to /run
    [InlineData("run/qemu-server/100.migrate")]
    [InlineData("/etc/passwd")]
    [InlineData("")]
    public async Task A_ticket_is_for_a_socket_that_was_handed_out(string path)
    {
        var tickets = new MtunnelTickets();
        tickets.Allow("/run/qemu-server/100.migrate");
        using var tunnel = new ServedTunnel(MtunnelDialect.V2) { Tickets = tickets };
        await tunnel.PlayAsync($$"""
            <- tunnel online
            <- ver 2
            -> {"cmd":"ticket","path":"{{path}}"}
            <- {{NotHandedOut}}
            """);
    }

    [Fact]
    public async Task A_ticket_for_a_link_to_a_socket_that_was_handed_out_is_refused()
    {
        var folder = Directory.CreateTempSubdirectory("pve-t-");
        try
        {
            string socket = Path.Combine(folder.FullName, "100.migrate"), link = Path.Combine(folder.FullName, "100_nbd.migrate");
            using var listener = UnixSockets.Listen(socket);
            File.CreateSymbolicLink(link, socket);
            var tickets = new MtunnelTickets();
            tickets.Allow(socket);
            using var tunnel = new ServedTunnel(MtunnelDialect.V2) { Tickets = tickets };
            await tunnel.PlayAsync($$"""
                <- tunnel online
                <- ver 2
                -> {"cmd":"ticket","path":"{{link}}"}
                <- {{NotHandedOut}}
                """);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("""{"cmd":"start","start_params":{},"migrate_opts":{}}""", "start")]
    [InlineData("""{"cmd":"start","no-such":1}""", "start")]
    [InlineData("""{"cmd":"ticket"}""", "ticket")]
    [InlineData("""{"cmd":"resume-when-completed"}""", "resume-when-completed")]
    [InlineData("""{"cmd":"set-replication-state","state":{}}""", "set-replication-state")]
    public async Task V2_looks_at_no_parameters_after_quit(string line, string command)
    {
        using var tunnel = new ServedTunnel(MtunnelDialect.V2);
        await tunnel.PlayAsync($$"""
            <- tunnel online
            <- ver 2
            -> {"cmd":"quit"}
            <- {"success":true}
            -> {{line}}
            <- {"success":false,"msg":"tunnel is in exit-mode, processing \u0027{{command}}\u0027 cmd not possible"}
            -> junk
            <- {{Unparsable}}
            """);
        await tunnel.EndAsync();
        Assert.Equal("", await tunnel.HearRestAsync());
        Assert.Empty(tunnel.Calls);
    }

    [Theory]
    [InlineData(MtunnelDialect.V0, "tunnel online\n")]
    [InlineData(MtunnelDialect.V1, "tunnel online\nver 1\nOK\n")]
    public async Task V0_and_V1_hear_nothing_after_quit(MtunnelDialect dialect, string heard)
    {
        using var tunnel = new ServedTunnel(dialect);
        await tunnel.SayAsync("quit\nresume 100\nquit\n");
        Assert.Equal(heard, await tunnel.HearRestAsync());
        Assert.Empty(tunnel.Calls);
    }

    [Theory]
    [InlineData(MtunnelDialect.V0, "qui", "")]
    [InlineData(MtunnelDialect.V1, "resume 10", "ERR: resume failed - a line was not ended within 60 s\n")]
    [InlineData(MtunnelDialect.V2, "{\"cmd\":\"resume\"}", "{\"success\":false,\"msg\":\"a line was not ended within 60 s\"}\n")]
    public async Task A_line_that_is_begun_and_not_ended_ends_the_tunnel(MtunnelDialect dialect, string begun, string answer)
    {
        var time = new FakeTimeProvider();
        using var tunnel = new ServedTunnel(dialect, new MtunnelServerOptions { TimeProvider = time });
        await tunnel.PlayAsync(dialect switch
        {
            MtunnelDialect.V0 => "<- tunnel online",
            MtunnelDialect.V1 => "<- tunnel online\n<- ver 1",
            _ => "<- tunnel online\n<- ver 2",
        });
        time.Advance(TimeSpan.FromDays(1)); // between two lines it is no hurry
        await tunnel.SayAsync(begun);
        while (!tunnel.Served.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(answer, await tunnel.HearRestAsync());
        Assert.Empty(tunnel.Calls);
    }

    [Fact]
    public async Task A_line_that_comes_byte_by_byte_is_carried_out_while_its_time_lasts()
    {
        var time = new FakeTimeProvider();
        using var tunnel = new ServedTunnel(MtunnelDialect.V1, new MtunnelServerOptions { TimeProvider = time });
        foreach (char c in "resume 100")
        {
            await tunnel.SayAsync(c.ToString());
            time.Advance(TimeSpan.FromSeconds(5.9));
        }

        await tunnel.SayAsync("\n");
        await tunnel.PlayAsync("<- tunnel online\n<- ver 1\n<- OK");
        time.Advance(TimeSpan.FromDays(1));
        await tunnel.PlayAsync("-> resume 101\n<- OK");
        Assert.Equal(["resume 100", "resume 101"], tunnel.Calls);
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

    [Fact]
    public async Task A_secret_in_a_handler_s_error_reaches_no_log()
    {
        using var log = new RecordingLoggerFactory();
        var cause = new IOException("{\"password\":\"hunter2\"}");
        var failure = new InvalidOperationException("spice_ticket: s3cret was refused", cause);
        using var tunnel = new ServedTunnel(MtunnelDialect.V1, new MtunnelServerOptions { LoggerFactory = log }) { ResumeFails = failure };
        await tunnel.SayAsync("resume 100\n");
        await tunnel.EndAsync();
        await tunnel.HearRestAsync();
        string lines = string.Join('\n', log.Lines);
        Assert.Contains("InvalidOperationException", lines, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", lines, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", lines, StringComparison.Ordinal);
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
