using System.Net.Sockets;
using System.Text.Json;
using Pve.Integration.Tests.Qmp;

namespace Pve.Integration.Tests.Samples;

/// <summary>qmpshell as a script starts it.</summary>
public sealed class QmpShellProgramTests : IDisposable
{
    private readonly SampleProgram _shell = new("qmpshell");

    public void Dispose() => _shell.Dispose();

    [Theory]
    [InlineData("name the monitor")]
    [InlineData("'vm' is no QMP endpoint", "vm")]
    [InlineData("'--frobnicate'", "/m", "--frobnicate")]
    [InlineData("--count goes with --watch", "/m", "--count", "1")]
    [InlineData("--count takes a number", "/m", "--watch", "all", "--count", "0")]
    [InlineData("--timeout takes seconds", "/m", "--timeout", "soon")]
    [InlineData("--watch needs events", "/m", "--watch", ",")]
    [InlineData("not both", "/m", "stop", "--hmp", "info status")]
    [InlineData("not both", "/m", "stop", "--json", "--compact")]
    [InlineData("--keep-going is for a script", "/m", "stop", "--keep-going")]
    [InlineData("--keep-going is for a script", "/m", "--watch", "all", "--keep-going")]
    [InlineData("no such directory", "/m", "--record", "/nonexistent/file")]
    [InlineData("the command is empty", "/m", " ")]
    [InlineData("this is no JSON: ", "/m", "{x")]
    [InlineData("'novalue' is no argument", "/m", "device_del", "novalue")]
    [InlineData("--diff compares", "/m", "stop", "--diff", "/n")]
    [InlineData("replay:/nonexistent/file", "replay:/nonexistent/file", "query-status")]
    [InlineData("no such socket", "/nonexistent/m", "query-status")]
    [InlineData("-qmp unix:/nonexistent/m,server=on,wait=off", "unix:/nonexistent/m", "query-status")]
    [InlineData("tcp:127.0.0.1:1", "tcp:127.0.0.1:1", "query-status")]
    public async Task Bad_usage_and_no_connection_are_said_in_one_line(string says, params string[] arguments)
    {
        var result = await _shell.RunAsync(arguments);
        result.AssertRefused(2, "qmpshell", says);
    }

    [Fact]
    public async Task What_was_recorded_can_be_asked_again()
    {
        var file = _shell.NewFile("talk.txt");
        await using (var qemu = await QemuProcess.StartAsync("m"))
        {
            (await RunAsync(qemu, "--record", file, "query-status")).AssertSucceeded();
        }

        var again = await _shell.RunAsync([$"replay:{file}", "query-status"]);
        again.AssertSucceeded();
        Assert.Equal("prelaunch", JsonElement.Parse(again.Output).GetProperty("status").GetString());
        (await _shell.RunAsync([$"replay:{file}", "query-version"])).AssertRefused(2, "qmpshell", "query-version");
    }

    [Fact]
    public async Task Two_QEMUs_are_compared()
    {
        await using var qemu = await QemuProcess.StartAsync("m", "n");
        Assert.Equal(new SampleResult(0, "", ""), await RunAsync(qemu, "--diff", qemu.Monitor("n")));
    }

    [Fact]
    public async Task One_command_prints_its_result()
    {
        await using var qemu = await QemuProcess.StartAsync("m");
        var status = await RunAsync(qemu, "query-status");
        status.AssertSucceeded();
        Assert.Equal("prelaunch", JsonElement.Parse(status.Output).GetProperty("status").GetString());
        Assert.Contains("\n  \"status\": \"prelaunch\"", status.Output, StringComparison.Ordinal);

        var compact = await RunAsync(qemu, "--compact", """{"execute": "query-status"}""");
        compact.AssertSucceeded();
        Assert.Contains("\"status\":\"prelaunch\"", Assert.Single(compact.Output.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);

        var added = await RunAsync(qemu, "blockdev-add", "driver=raw", "node-name=r0", "file.driver=null-co", "file.size=4096");
        Assert.Equal(new SampleResult(0, "{}\n", ""), added);
        var nodes = await RunAsync(qemu, "query-named-block-nodes", "flat=true");
        nodes.AssertSucceeded();
        Assert.Contains(JsonElement.Parse(nodes.Output).EnumerateArray(), node => node.GetProperty("node-name").GetString() == "r0");

        var outOfBand = await RunAsync(qemu, "--oob", "query-yank");
        outOfBand.AssertSucceeded();
        Assert.Equal(JsonValueKind.Array, JsonElement.Parse(outOfBand.Output).ValueKind);
    }

    [Fact]
    public async Task What_QEMU_refuses_is_said_in_one_line()
    {
        await using var qemu = await QemuProcess.StartAsync("m");
        (await RunAsync(qemu, "nope")).AssertRefused(1, "qmpshell", "QEMU refused 'nope': The command nope has not been found (CommandNotFound).");
        (await RunAsync(qemu, "device_add", "driver=nope")).AssertRefused(1, "qmpshell", "nope");
        (await RunAsync(qemu, "--oob", "query-status")).AssertRefused(1, "qmpshell", "does not support OOB");
        (await RunAsync(qemu, "--watch", "STOPP")).AssertRefused(2, "qmpshell", "no event 'STOPP'");
        (await RunAsync(qemu, "--watch", "stop")).AssertRefused(2, "qmpshell", "there is STOP");
    }

    [Fact]
    public async Task A_monitor_that_is_in_use_is_said_so()
    {
        await using var qemu = await QemuProcess.StartAsync("m");
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await other.ConnectAsync(new UnixDomainSocketEndPoint(qemu.Monitor("m")), TestContext.Current.CancellationToken);
        (await RunAsync(qemu, "--timeout", "2", "query-status")).AssertRefused(2, "qmpshell", "another client holds this monitor");
    }

    [Theory]
    [InlineData("--hmp", "info status")]
    [InlineData("hmp", "info", "status")]
    [InlineData("hmp info status")]
    public async Task The_human_monitor_answers_in_text(params string[] arguments)
    {
        await using var qemu = await QemuProcess.StartAsync("m");
        Assert.Equal(new SampleResult(0, "VM status: paused (prelaunch)\n", ""), await RunAsync(qemu, arguments));
        Assert.Equal(new SampleResult(0, "\"VM status: paused (prelaunch)\\r\\n\"\n", ""), await RunAsync(qemu, ["--compact", .. arguments]));
    }

    [Fact]
    public async Task A_command_s_own_events_are_not_missed()
    {
        await using var qemu = await QemuProcess.StartAsync("m", "other");
        var result = await RunAsync(qemu, "--compact", "--watch", "STOP,RESUME", "--count", "1", "--timeout", "60", "cont");
        result.AssertSucceeded();
        var lines = result.Output.TrimEnd('\n').Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.Equal("{}", lines[0]);
        Assert.Equal("RESUME", JsonElement.Parse(lines[1]).GetProperty("event").GetString());
        Assert.Equal(JsonValueKind.Number, JsonElement.Parse(lines[1]).GetProperty("timestamp").GetProperty("seconds").ValueKind);

        // the deadline is for connecting too, so it leaves a busy machine some time
        var never = RunAsync(qemu, "--watch", "STOP", "--count", "2", "--timeout", "3");
        var all = _shell.RunAsync([qemu.Monitor("other"), "--watch", "all", "--timeout", "3"]);
        (await never).AssertRefused(1, "qmpshell", "0 of 2 events came within 3 s");
        Assert.Equal(new SampleResult(0, "", ""), await all);
    }

    [Fact]
    public async Task A_script_stops_at_its_first_error_unless_told()
    {
        await using var qemu = await QemuProcess.StartAsync("m");
        const string Script = "# what runs\nhmp info status\n\nnope\nquery-status\n";
        var stopped = await _shell.RunAsync([qemu.Monitor("m")], input: Script);
        Assert.Equal(1, stopped.ExitCode);
        Assert.Equal("VM status: paused (prelaunch)\n", stopped.Output);
        Assert.Equal("qmpshell: line 4: QEMU refused 'nope': The command nope has not been found (CommandNotFound).\n", stopped.Error);

        var toItsEnd = await _shell.RunAsync([qemu.Monitor("m"), "--keep-going", "--compact"], input: Script + "a=b\nexit\nquit\n");
        Assert.Equal(2, toItsEnd.ExitCode);
        Assert.Contains("prelaunch", toItsEnd.Output, StringComparison.Ordinal);
        Assert.Equal(2, toItsEnd.Error.TrimEnd('\n').Split('\n').Length);

        var good = await _shell.RunAsync([qemu.Monitor("m")], input: "stop\nquery-version");
        good.AssertSucceeded();
        Assert.StartsWith("{}\n{\n  \"qemu\"", good.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_is_lost_ends_a_script_that_would_go_on()
    {
        await using var qemu = await QemuProcess.StartAsync("m");
        var result = await _shell.RunAsync([qemu.Monitor("m"), "--keep-going", "--compact"], input: "quit\nquery-status\nquery-status\n");
        Assert.Equal(2, result.ExitCode);
        Assert.Equal("{}\n", result.Output);
        Assert.StartsWith("qmpshell: line 2: ", Assert.Single(result.Error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
        await qemu.WaitForExitAsync();
    }

    [Fact]
    public async Task Help_comes_from_the_schema_of_the_QEMU_at_hand()
    {
        await using var qemu = await QemuProcess.StartAsync("m");
        var result = await RunAsync(qemu, "help", "migrate-set-capabilities");
        result.AssertSucceeded();
        Assert.StartsWith("migrate-set-capabilities\n  capabilities  [object]", result.Output, StringComparison.Ordinal);
        (await RunAsync(qemu, "help", "migrte")).AssertRefused(2, "qmpshell", "no command or event 'migrte'");
    }

    [Fact]
    public async Task A_conversation_is_recorded_without_its_secrets()
    {
        await using var qemu = await QemuProcess.StartAsync("m");
        var file = _shell.NewFile("recorded");
        var result = await RunAsync(qemu, "--record", file, "object-add", "qom-type=secret", "id=s0", "data=hunter2");
        Assert.Equal(new SampleResult(0, "{}\n", ""), result);
        var recorded = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.Contains("object-add", recorded, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", recorded, StringComparison.Ordinal);
        (await RunAsync(qemu, "--record", _shell.Empty, "stop")).AssertRefused(2, "qmpshell", $"--record {_shell.Empty}");
    }

    private Task<SampleResult> RunAsync(QemuProcess qemu, params string[] arguments) => _shell.RunAsync([qemu.Monitor("m"), .. arguments]);
}
