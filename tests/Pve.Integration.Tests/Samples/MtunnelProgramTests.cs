namespace Pve.Integration.Tests.Samples;

public sealed class MtunnelProgramTests : IDisposable
{
    private readonly SampleProgram _mtunnel = new("mtunnel");

    public void Dispose() => _mtunnel.Dispose();

    [Theory]
    [InlineData("--qmp-dir", "")]
    [InlineData("/nonexistent", "--qmp-dir", "/nonexistent")]
    [InlineData("--dialect takes v0, v1 or v2, not 'v9'", "--qmp-dir", ".", "--dialect", "v9")]
    [InlineData("'0'", "--qmp-dir", ".", "--vmid", "0")]
    [InlineData("'--frobnicate'", "--qmp-dir", ".", "--frobnicate")]
    [InlineData("--vmid", "--qmp-dir", ".", "--dialect", "v2")]
    [InlineData("VMID", "--qmp-dir", ".", "resume")]
    [InlineData("'abc'", "--qmp-dir", ".", "resume", "abc")]
    public async Task A_bad_option_is_refused_in_one_line(string says, params string[] arguments)
    {
        var result = await _mtunnel.RunAsync(arguments.Where(argument => argument.Length > 0));
        result.AssertRefused(2, "mtunnel", says);
    }

    [Theory]
    [InlineData("v0", "tunnel online\n")]
    [InlineData("v1", "tunnel online\nver 1\n")]
    [InlineData("v2", "tunnel online\nver 2\n", "--vmid", "100")]
    public async Task It_greets_and_ends_with_its_input(string dialect, string bytes, params string[] more)
    {
        var result = await _mtunnel.RunAsync(["--qmp-dir", ".", "--dialect", dialect, .. more]);
        Assert.Equal(0, result.ExitCode); // that VM 100 does not run is told on standard error
        Assert.Equal(bytes, result.Output);
    }

    [Fact]
    public async Task In_v2_it_answers_every_line()
    {
        var result = await _mtunnel.RunAsync(
            ["--qmp-dir", ".", "--dialect", "v2", "--vmid", "100"],
            input: """
                {"cmd":"version"}
                resume 100
                {"cmd":"resume"}
                {"cmd":"quit"}
                {"cmd":"resume"}

                """);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(
            [
                "tunnel online", "ver 2",
                """{"success":true,"api":2,"age":0,"capabilities":["resume-when-completed","status"]}""",
                """{"success":false,"msg":"failed to parse command - one JSON object a line is expected"}""",
                """{"success":false,"msg":"failed to handle \u0027resume\u0027 command - VM 100 not running"}""",
                """{"success":true}""",
                """{"success":false,"msg":"tunnel is in exit-mode, processing \u0027resume\u0027 cmd not possible"}""",
                "",
            ],
            result.Output.Split('\n'));
    }

    [Theory]
    [InlineData("v0", "tunnel online\n")]
    [InlineData("v1", "tunnel online\nver 1\nERR: resume failed - VM 100 not running\nOK\n")]
    public async Task It_answers_only_where_the_dialect_has_answers(string dialect, string bytes)
    {
        var result = await _mtunnel.RunAsync(["--qmp-dir", ".", "--dialect", dialect], input: "frobnicate\nresume 100\nquit\n");
        result.AssertSucceeded();
        Assert.Equal(bytes, result.Output);
    }

    [Fact]
    public async Task An_endless_line_ends_it_in_one_line()
    {
        var result = await _mtunnel.RunAsync(["--qmp-dir", "."], input: new string('x', 2 << 20));
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("mtunnel: the peer sent a line longer than 1048576 bytes\n", result.Error);
    }

    [Fact]
    public async Task To_resume_a_vm_that_is_not_there_fails()
    {
        var result = await _mtunnel.RunAsync(["--qmp-dir", ".", "resume", "100"]);
        result.AssertRefused(1, "mtunnel", "VM 100 not running");
    }
}
