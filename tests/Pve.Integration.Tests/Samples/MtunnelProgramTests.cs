using System.Diagnostics;
using Pve.Integration.Tests.Target;

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
    [InlineData("'../1'", "--qmp-dir", ".", "--vmid", "../1")]
    [InlineData("--run-dir './none' is no directory", "--qmp-dir", ".", "--run-dir", "./none")]
    [InlineData("--template needs --dialect v2", "--qmp-dir", ".", "--run-dir", ".", "--template", "T")]
    [InlineData("--template needs --run-dir DIR", "--qmp-dir", ".", "--dialect", "v2", "--vmid", "1", "--template", "T")]
    [InlineData("the template's {disk:scsi0} needs --disk-dir DIR", "--qmp-dir", ".", "--dialect", "v2", "--vmid", "1", "--run-dir", ".", "--template", "T")]
    [InlineData("--template /nonexistent: there is no such file", "--qmp-dir", ".", "--template", "/nonexistent")]
    [InlineData("--run-dir '", "--qmp-dir", ".", "--run-dir", "a,b")]
    [InlineData("must have no comma, colon or space", "--qmp-dir", ".", "--disk-dir", "a b")]
    [InlineData("must have no comma, colon or space", "--qmp-dir", "a:b", "--dialect", "v2", "--vmid", "1", "--run-dir", ".", "--disk-dir", ".", "--template", "T")]
    [InlineData("--disk-dir needs --run-dir DIR", "--qmp-dir", ".", "--dialect", "v2", "--vmid", "1", "--disk-dir", ".")]
    [InlineData("--disk-dir needs --dialect v2", "--qmp-dir", ".", "--run-dir", ".", "--disk-dir", ".")]
    [InlineData("--bandwidth needs --dialect v2", "--qmp-dir", ".", "--bandwidth", "5")]
    [InlineData("--bandwidth takes MiB a second, from 1 to 1000000, not '-1'", "--qmp-dir", ".", "--bandwidth", "-1")]
    [InlineData("--lease needs --vmid N", "--qmp-dir", ".", "--run-dir", ".", "--lease", "5")]
    [InlineData("--lease needs --run-dir DIR", "--qmp-dir", ".", "--vmid", "5", "--lease", "5")]
    [InlineData("--lease takes seconds", "--qmp-dir", ".", "--lease", "0")]
    [InlineData("--multiplexed goes with --listen", "--qmp-dir", ".", "--run-dir", ".", "--multiplexed")]
    [InlineData("--multiplexed needs --run-dir DIR", "--qmp-dir", ".", "--listen", "unix:/tmp/x", "--multiplexed")]
    [InlineData("--listen takes unix: and an absolute path", "--qmp-dir", ".", "--listen", "tcp:1")]
    [InlineData("or tcp:ADDRESS:PORT, not 'tcp:localhost:1'", "--qmp-dir", ".", "--listen", "tcp:localhost:1")]
    [InlineData("is not loopback", "--qmp-dir", ".", "--listen", "tcp:0.0.0.0:0")]
    [InlineData("is not loopback", "--qmp-dir", ".", "--listen", "tcp:[::]:0")]
    [InlineData("--tls T holds no certificate with its key", "--qmp-dir", ".", "--listen", "tcp:[::]:0", "--tls", "T")]
    [InlineData("--client goes with --tls", "--qmp-dir", ".", "--client", "0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("--client takes a SHA-256 fingerprint", "--qmp-dir", ".", "--client", "00:11")]
    [InlineData("--owner goes with --claims DIR", "--qmp-dir", ".", "--owner", "node2")]
    [InlineData("--claims './none' is no directory", "--qmp-dir", ".", "--claims", "./none")]
    [InlineData("--owner takes the name that the leases have", "--qmp-dir", ".", "--claims", ".", "--owner", " node2")]
    [InlineData("--log-level goes with --log", "--qmp-dir", ".", "--log-level", "debug")]
    [InlineData("--log-level takes error, warning, info or debug, not 'trace'", "--qmp-dir", ".", "--log", "stderr", "--log-level", "trace")]
    [InlineData("--log /nonexistent/log: ", "--qmp-dir", ".", "--log", "/nonexistent/log")]
    [InlineData("unlock needs --run-dir DIR", "--qmp-dir", ".", "unlock", "100")]
    public async Task A_bad_option_is_refused_in_one_line(string says, params string[] arguments)
    {
        await File.WriteAllTextAsync(_mtunnel.NewFile("T"), "qemu\n{disk:scsi0}", TestContext.Current.CancellationToken);
        foreach (var folder in new[] { "a,b", "a b", "a:b" })
        {
            Directory.CreateDirectory(_mtunnel.NewFile(folder));
        }

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

    [Theory]
    [InlineData("resume")]
    [InlineData("status")]
    [InlineData("stop")]
    [InlineData("nbdstop")]
    public async Task A_command_on_a_vm_that_is_not_there_fails(string command)
    {
        var result = await _mtunnel.RunAsync(["--qmp-dir", ".", command, "100"]);
        result.AssertRefused(1, "mtunnel", $"{command} failed - VM 100 not running");
    }

    [Fact]
    public async Task A_configuration_is_unlocked()
    {
        await File.WriteAllTextAsync(_mtunnel.NewFile("100.conf"), "lock: migrate\nmemory: 64\n", TestContext.Current.CancellationToken);
        (await _mtunnel.RunAsync(["--qmp-dir", ".", "--run-dir", ".", "unlock", "100"])).AssertSucceeded();
        Assert.Equal("memory: 64\n", await File.ReadAllTextAsync(_mtunnel.NewFile("100.conf"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_log_is_appended_to_a_file_of_its_owner()
    {
        var log = _mtunnel.NewFile("log");
        for (var run = 0; run < 2; run++)
        {
            (await _mtunnel.RunAsync(["--qmp-dir", ".", "--log", log, "--log-level", "debug"], input: "resume 100\nquit\n")).AssertSucceeded();
        }

        TargetBench.AssertPrivate(log);
        var lines = await File.ReadAllLinesAsync(log, TestContext.Current.CancellationToken);
        Assert.All(lines, line => Assert.Matches(@"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (debug|info|warning|error) \w+: ", line));
        Assert.Equal(2, lines.Count(line => line.EndsWith(" info MtunnelServer: resume 100", StringComparison.Ordinal)));
        Assert.Equal(2, lines.Count(line => line.EndsWith(" debug MtunnelServer: ended after quit", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_log_that_nobody_reads_holds_no_answer_up()
    {
        const int commands = 1000; // each is told in more than the 64 bytes that a pipe has for it
        var start = new ProcessStartInfo(
            BuiltProgram.PathOf("mtunnel"), ["--qmp-dir", Path.GetTempPath(), "--dialect", "v1", "--log", "stderr", "--log-level", "debug"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_ROOT"] = SampleProgram.DotnetRoot;
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.StandardInput.WriteAsync(string.Concat(Enumerable.Repeat("resume 100\n", commands)));
            process.StandardInput.Close();
            var said = await output.WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System, TestContext.Current.CancellationToken);
            Assert.Equal(commands, said.Split('\n').Count(line => line.StartsWith("ERR: ", StringComparison.Ordinal)));
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, process.ExitCode);
        }
        finally
        {
            process.Kill();
        }
    }

    [Theory]
    [InlineData("debug", true)]
    [InlineData("error", false)]
    public async Task Under_systemd_the_journal_gets_levels_and_never_a_secret(string level, bool says)
    {
        var result = await _mtunnel.RunAsync(
            ["--qmp-dir", ".", "--run-dir", ".", "--dialect", "v2", "--vmid", "100", "--log", "stderr", "--log-level", level],
            input: "{\"cmd\":\"config\",\"conf\":\"cipassword: geheim\\n\"}\n{\"cmd\":\"geheim\\n<0>\"}\n{\"cmd\":\"quit\"}\n",
            environment: ("JOURNAL_STREAM", "8:1"));
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(says, result.Error.Contains("<6>MtunnelServer: config for VM 100\n", StringComparison.Ordinal));
        Assert.All(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches("^<[3467]>[a-zA-Z]", line));
        Assert.DoesNotContain("geheim", result.Error, StringComparison.Ordinal);
        Assert.Contains("cipassword: geheim", await File.ReadAllTextAsync(_mtunnel.NewFile("100.conf"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
