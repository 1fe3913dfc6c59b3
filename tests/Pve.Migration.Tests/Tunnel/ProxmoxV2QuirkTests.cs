namespace Pve.Migration.Tests.Tunnel;

/// <summary>The quirks of the JSON tunnel as a server, one by one: as ours must behave for Proxmox VE's own clients.</summary>
public sealed class ProxmoxV2QuirkTests
{
    private const string Success = """{"success":true}""";

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    // v2.1: api and age, beside which a client of Proxmox VE ignores what else there is
    [Fact]
    public Task Version_tells_api_and_age() => PlayAsync("""
        -> {"cmd":"version"}
        <- {"success":true,"api":2,"age":0,"capabilities":["status"]}
        """);

    // v2.2: every line is answered, be it no command at all; the texts travel
    [Theory]
    [InlineData("resume 100", "failed to parse command - one JSON object a line is expected")]
    [InlineData("", "failed to parse command - one JSON object a line is expected")]
    [InlineData("{\"cmd\":\"resume\"", "failed to parse command - one JSON object a line is expected")]
    [InlineData("{}", "'cmd' missing")]
    [InlineData("{\"vmid\":100}", "'cmd' missing")]
    [InlineData("{\"cmd\":null}", "'cmd' missing")]
    [InlineData("{\"cmd\":\"format-disk\"}", "unknown command 'format-disk' given")]
    [InlineData("{\"cmd\":\"Resume\"}", "unknown command 'Resume' given")]
    public Task Every_line_that_is_no_command_gets_its_error(string line, string error) => PlayAsync($"-> {line}\n<- {Refusal(error)}");

    // v2.3: where there is a schema, parameters it does not know are refused
    [Theory]
    [InlineData("""{"cmd":"ticket","path":"/run/qemu-server/100.migrate","vmid":7}""", "ticket", "vmid")]
    [InlineData("""{"cmd":"config","conf":"","node":"pve2"}""", "config", "node")]
    [InlineData("""{"cmd":"quit","clean-up":1}""", "quit", "clean-up")]
    [InlineData("""{"cmd":"bwlimit","limit":1}""", "bwlimit", "limit")]
    public async Task Unknown_parameters_are_refused(string line, string command, string unknown)
    {
        var calls = await PlayAsync($"-> {line}\n<- {Refusal($"failed to handle '{command}' command - {unknown}: "
            + "property is not defined in schema and the schema does not allow additional properties")}");
        Assert.Empty(calls);
    }

    // v2.3: Perl writes null for what it has not, as its client does for a VM without a firewall or a limit
    [Theory]
    [InlineData("""{"cmd":"config","conf":"memory: 32","firewall-config":null}""", "config")]
    [InlineData("""{"cmd":"bwlimit","operation":"migration","storages":["local"],"bwlimit":null}""", "bwlimit")]
    [InlineData("""{"cmd":"quit","cleanup":null}""", null)]
    public async Task Null_is_as_good_as_nothing(string line, string? call)
        => Assert.Equal(call is null ? [] : [call], await PlayAsync($"-> {line}\n<- {Success}"));

    [Fact]
    public async Task Null_is_nothing_where_something_is_needed() => Assert.Empty(await PlayAsync($$"""
        -> {"cmd":"config","conf":null}
        <- {{Refusal("failed to handle 'config' command - conf: property is missing and it is not optional")}}
        """));

    // v2.4: where there is none they are ignored
    [Theory]
    [InlineData("resume", "resume 100")]
    [InlineData("nbdstop", "nbdstop")]
    [InlineData("unlock", "unlock")]
    [InlineData("fstrim", "fstrim")]
    [InlineData("stop", "stop")]
    public async Task Unknown_parameters_of_a_command_without_a_schema_are_ignored(string command, string call)
        => Assert.Equal([call], await PlayAsync($$"""
            -> {"cmd":"{{command}}","vmid":7,"skiplock":1}
            <- {{Success}}
            """));

    // v2.5: in exit mode every command is refused, known or not, quit as well
    [Theory]
    [InlineData("version")]
    [InlineData("resume")]
    [InlineData("nbdstop")]
    [InlineData("quit")]
    [InlineData("unheard-of")]
    public async Task In_exit_mode_every_command_is_refused(string command)
    {
        var calls = await PlayAsync($$"""
            -> {"cmd":"quit"}
            <- {{Success}}
            -> {"cmd":"{{command}}"}
            <- {{Refusal($"tunnel is in exit-mode, processing '{command}' cmd not possible")}}
            """);
        Assert.Empty(calls);
    }

    [Fact]
    public async Task In_exit_mode_nothing_is_cleaned_up_any_more() => Assert.Empty(await PlayAsync($$"""
        -> {"cmd":"quit"}
        <- {{Success}}
        -> {"cmd":"quit","cleanup":1}
        <- {{Refusal("tunnel is in exit-mode, processing 'quit' cmd not possible")}}
        -> {}
        <- {{Refusal("'cmd' missing")}}
        """));

    // v2.5: a quit that was refused is none
    [Fact]
    public async Task A_quit_with_a_wrong_parameter_does_not_begin_exit_mode()
    {
        var calls = await PlayAsync($$"""
            -> {"cmd":"quit","clean":1}
            <- {{Refusal("failed to handle 'quit' command - clean: property is not defined in schema and the schema does not allow additional properties")}}
            -> {"cmd":"resume"}
            <- {{Success}}
            """);
        Assert.Equal(["resume 100"], calls);
    }

    // v2.5: so is one whose clean-up failed, and the client may try again
    [Fact]
    public async Task A_quit_whose_clean_up_failed_may_be_said_again()
    {
        using var tunnel = new ServedTunnel(MtunnelDialect.V2) { CleanUpFails = new MtunnelRefusedException("VM 100 runs") };
        await tunnel.PlayAsync($$"""
            <- tunnel online
            <- ver 2
            -> {"cmd":"quit","cleanup":1}
            <- {{Refusal("failed to handle 'quit' command - VM 100 runs")}}
            """);
        tunnel.CleanUpFails = null;
        await tunnel.PlayAsync($$"""
            -> {"cmd":"quit","cleanup":1}
            <- {{Success}}
            """);
        await tunnel.EndAsync();
        await tunnel.Served.WaitAsync(Test);
        Assert.Equal(["clean up 100", "clean up 100"], tunnel.Calls);
    }

    // v2.6: cleanup is Perl's truth
    [Theory]
    [InlineData("1", true)]
    [InlineData("\"1\"", true)]
    [InlineData("true", true)]
    [InlineData("0", false)]
    [InlineData("\"0\"", false)]
    [InlineData("\"\"", false)]
    [InlineData("false", false)]
    [InlineData("null", false)]
    public async Task Quit_cleans_up_where_it_is_told(string cleanup, bool cleansUp)
    {
        var calls = await PlayAsync($$"""
            -> {"cmd":"quit","cleanup":{{cleanup}}}
            <- {{Success}}
            """);
        Assert.Equal(cleansUp ? ["clean up 100"] : [], calls);
    }

    // v2.7: a client that is gone without quit leaves the disks, the lock and the paused QEMU as they are
    [Fact]
    public async Task The_end_of_a_v2_client_cleans_nothing_up()
        => Assert.Equal(["nbdstop"], await PlayAsync($$"""
            -> {"cmd":"nbdstop"}
            <- {{Success}}
            """));

    // v2.8: a failure is one line, however many the error has, and the tunnel goes on
    [Fact]
    public async Task A_failure_is_one_line_of_JSON()
    {
        using var tunnel = new ServedTunnel(MtunnelDialect.V2) { ResumeFails = new InvalidOperationException("first\nsecond \"line\"\n") };
        await tunnel.PlayAsync($$"""
            <- tunnel online
            <- ver 2
            -> {"cmd":"resume"}
            <- {{Refusal("failed to handle 'resume' command - first second \"line\"")}}
            -> {"cmd":"unlock"}
            <- {{Success}}
            """);
        await tunnel.EndAsync();
        await tunnel.Served.WaitAsync(Test);
    }

    // v2.9: over Proxmox VE's WebSocket nobody greets, and the first bytes are the client's
    [Fact]
    public async Task Over_a_WebSocket_nobody_greets()
    {
        using var tunnel = new ServedTunnel(MtunnelDialect.V2, new MtunnelServerOptions { SendGreeting = false });
        await tunnel.PlayAsync("""
            -> {"cmd":"version"}
            <- {"success":true,"api":2,"age":0,"capabilities":["status"]}
            """);
        await tunnel.EndAsync();
        await tunnel.Served.WaitAsync(Test);
    }

    private static string Refusal(string error)
        => $$"""{"success":false,"msg":"{{error.Replace("'", "\\u0027", StringComparison.Ordinal).Replace("\"", "\\u0022", StringComparison.Ordinal)}}"}""";

    // plays it behind the greeting, ends, and returns what was done
    private static async Task<List<string>> PlayAsync(string transcript)
    {
        using var tunnel = new ServedTunnel(MtunnelDialect.V2);
        await tunnel.PlayAsync("<- tunnel online\n<- ver 2\n" + transcript);
        await tunnel.EndAsync();
        Assert.Equal("", await tunnel.HearRestAsync());
        return tunnel.Calls;
    }
}
