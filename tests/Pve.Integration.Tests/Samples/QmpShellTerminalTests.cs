using System.Diagnostics;
using System.Runtime.Versioning;
using Pve.Integration.Tests.Qmp;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Integration.Tests.Samples;

/// <summary>qmpshell under a person's hands, against a real QEMU in a real terminal.</summary>
[SupportedOSPlatform("linux")]
public sealed class QmpShellTerminalTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_from_its_first_key_to_its_last()
    {
        await using var qemu = await QemuProcess.StartAsync("m", "other");
        await using var other = await ConnectAsync(qemu, "other");
        await using var pane = await QmpShellPane.StartAsync(100, qemu.Monitor("m"));
        var greeting = await pane.WaitForLastAsync("qmp (prelaunch)>");
        Assert.StartsWith("QEMU ", greeting[0], StringComparison.Ordinal);

        // Tab completes as far as it can, lists what there is, and completes the rest
        await pane.TypeAsync("query-sta");
        await pane.PressAsync("Tab");
        await pane.WaitForLastAsync("qmp (prelaunch)> query-stat");
        await pane.PressAsync("Tab");
        await pane.WaitForAsync(screen => screen[^2].Contains("query-stats-schemas", StringComparison.Ordinal) && screen[^1].EndsWith("query-stat", StringComparison.Ordinal));
        await pane.TypeAsync("u");
        await pane.PressAsync("Tab");
        await pane.WaitForLastAsync("qmp (prelaunch)> query-status");
        await pane.PressAsync("Enter");
        await pane.WaitForAsync(screen => screen.Contains("  \"status\": \"prelaunch\",") && screen[^1] == "qmp (prelaunch)>");

        // an event goes above the line, which stays as it is, and the prompt follows the guest
        await pane.TypeAsync("query-ver");
        await pane.WaitForLastAsync("qmp (prelaunch)> query-ver");
        await other.ExecuteAsync(QmpCommands.Continue, cancellationToken: Ct);
        await pane.WaitForAsync(screen => screen[^2].EndsWith(" RESUME", StringComparison.Ordinal) && screen[^1] == "qmp (running)> query-ver");
        await pane.PressAsync("Tab", "Enter");
        await pane.WaitForAsync(screen => screen.Contains("qmp (running)> query-version") && screen.Any(line => line.Contains("\"major\": ", StringComparison.Ordinal)));

        // the history, backwards and by search
        await pane.PressAsync("Up", "Up");
        await pane.WaitForLastAsync("qmp (running)> query-status");
        await pane.PressAsync("C-c");
        await pane.WaitForAsync(screen => screen is [.., "qmp (running)> query-status ^C", "qmp (running)>"]);
        await pane.PressAsync("C-r");
        await pane.TypeAsync("vers");
        await pane.WaitForLastAsync("(search 'vers') query-version");
        await pane.PressAsync("Escape");
        await pane.WaitForLastAsync("qmp (running)>");

        await pane.TypeAsync("hmp info status");
        await pane.PressAsync("Enter");
        await pane.WaitForAsync(screen => screen is [.., "qmp (running)> hmp info status", "VM status: running", "qmp (running)>"]);

        await pane.TypeAsync("nope");
        await pane.PressAsync("Enter");
        await pane.WaitForAsync(screen => screen[^2] == "QEMU refused 'nope': The command nope has not been found (CommandNotFound).");

        await pane.TypeAsync("object-add qom-type=secret id=s0 data=hunter2");
        await pane.PressAsync("Enter");
        await pane.WaitForAsync(screen => screen is [.., "{}", "qmp (running)>"]);

        await pane.PressAsync("C-d");
        Assert.Equal(0, await pane.WaitForExitAsync());
        Assert.Equal(["query-status ", "query-version ", "hmp info status", "nope"], await File.ReadAllLinesAsync(pane.HistoryFile, Ct));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(pane.HistoryFile));
    }

    [Fact]
    public async Task Nested_arguments_are_completed_from_the_live_schema()
    {
        await using var qemu = await QemuProcess.StartAsync("m", "other");
        await using var other = await ConnectAsync(qemu, "other");
        await using var pane = await QmpShellPane.StartAsync(100, qemu.Monitor("m"));
        await pane.WaitForLastAsync("qmp (prelaunch)>");
        await pane.TypeAsync("blockdev-ad\tdriver=raw\tno\tr0 file.dr\tnull-c\t");
        await pane.WaitForLastAsync("qmp (prelaunch)> blockdev-add driver=raw node-name=r0 file.driver=null-co");
        await pane.TypeAsync("file.si\t4096");
        await pane.WaitForLastAsync("qmp (prelaunch)> blockdev-add driver=raw node-name=r0 file.driver=null-co file.size=4096");
        await pane.PressAsync("Enter");
        await pane.WaitForAsync(screen => screen is [.., "{}", "qmp (prelaunch)>"]);
        var nodes = await other.ExecuteAsync("query-named-block-nodes", cancellationToken: Ct);
        Assert.Contains(nodes.EnumerateArray(), node => node.GetProperty("node-name").GetString() == "r0");

        await pane.TypeAsync("help blockdev-del\n");
        await pane.WaitForAsync(screen => screen is [.., "blockdev-del", "  node-name  str", "qmp (prelaunch)>"]);
    }

    // tmux keeps what is on a screen when all of that is erased, as it would be with the line on top.
    [Fact]
    public async Task A_line_at_the_top_of_the_screen_leaves_no_trace_above_it()
    {
        await using var qemu = await QemuProcess.StartAsync("m");
        await using var pane = await QmpShellPane.StartAsync(100, qemu.Monitor("m"));
        await pane.WaitForLastAsync("qmp (prelaunch)>");
        await pane.PressAsync("C-l");
        await pane.WaitForAsync(screen => screen is ["qmp (prelaunch)>"]);
        await pane.TypeAsync("query-uuid");
        await pane.WaitForLastAsync("qmp (prelaunch)> query-uuid");
        Assert.Single(await pane.ReadAllAsync(), line => line.Contains("query-u", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_line_of_several_rows_stays_whole_while_events_come()
    {
        await using var qemu = await QemuProcess.StartAsync("m", "other");
        await using var other = await ConnectAsync(qemu, "other");
        await using var pane = await QmpShellPane.StartAsync(40, qemu.Monitor("m"));
        await pane.WaitForLastAsync("qmp (prelaunch)>");
        var text = string.Concat(Enumerable.Range(0, 30).Select(number => $"{number:000}.")); // 17 + 120 cells are 4 rows
        await pane.TypeAsync(text);
        await pane.WaitForLastAsync("qmp (prelaunch)> " + text);

        await pane.PressAsync("C-a"); // the cursor is in the first row now
        await other.ExecuteAsync(QmpCommands.Continue, cancellationToken: Ct);
        await pane.WaitForAsync(screen => screen[^2].EndsWith("RESUME", StringComparison.Ordinal) && screen[^1] == "qmp (running)> " + text);
        await pane.TypeAsync("x 漢=");
        await pane.WaitForLastAsync("qmp (running)> x 漢=" + text);

        await other.ExecuteAsync(QmpCommands.Stop, cancellationToken: Ct);
        var screen = await pane.WaitForAsync(screen => screen[^2].EndsWith("STOP", StringComparison.Ordinal) && screen[^1] == "qmp (paused)> x 漢=" + text);
        Assert.Single(screen, line => line.Contains("017.", StringComparison.Ordinal));

        await pane.PressAsync("C-e", "C-u");
        await pane.WaitForLastAsync("qmp (paused)>");
        await pane.TypeAsync("exit\n");
        Assert.Equal(0, await pane.WaitForExitAsync());
    }

    // QEMU hangs as it writes memory into a named pipe that nobody reads.
    [Fact]
    public async Task Ctrl_C_stops_the_wait_and_not_the_shell()
    {
        await using var qemu = await QemuProcess.StartAsync("m");
        await using var pane = await QmpShellPane.StartAsync(100, qemu.Monitor("m"));
        await pane.WaitForLastAsync("qmp (prelaunch)>");
        var fifo = Path.Combine(qemu.Directory, "fifo");
        using (var mkfifo = Process.Start("mkfifo", [fifo]))
        {
            await mkfifo.WaitForExitAsync(Ct);
        }

        await pane.TypeAsync($"pmemsave val=0 size=1 filename={fifo}\n");
        await pane.TypeAsync("query-uuid"); // typed ahead
        await pane.PressAsync("C-c");
        await pane.WaitForAsync(screen => screen is [.., "not waited for any longer; QEMU may still execute it.", "qmp (prelaunch)> query-uuid"]);
        using var reader = File.OpenHandle(fifo);
        await pane.PressAsync("Enter");
        await pane.WaitForAsync(screen => screen.Any(line => line.Contains("\"UUID\"", StringComparison.Ordinal)));
        await pane.PressAsync("C-d");
        Assert.Equal(0, await pane.WaitForExitAsync());
    }

    [Fact]
    public async Task The_end_of_the_connection_is_the_end_of_the_shell()
    {
        await using var qemu = await QemuProcess.StartAsync("m", "other");
        await using var other = await ConnectAsync(qemu, "other");
        await using var pane = await QmpShellPane.StartAsync(100, qemu.Monitor("m"));
        await pane.WaitForLastAsync("qmp (prelaunch)>");
        await other.ExecuteAsync(QmpCommands.Quit, cancellationToken: Ct);
        Assert.Equal(2, await pane.WaitForExitAsync());
        await pane.WaitForAsync(screen => screen.Any(line => line.StartsWith("qmpshell: QEMU closed the connection", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task To_quit_QEMU_is_to_leave_the_shell()
    {
        await using var qemu = await QemuProcess.StartAsync("m");
        await using var pane = await QmpShellPane.StartAsync(100, qemu.Monitor("m"));
        await pane.WaitForLastAsync("qmp (prelaunch)>");
        await pane.TypeAsync("quit\n");
        Assert.Equal(0, await pane.WaitForExitAsync());
        await qemu.WaitForExitAsync();
    }

    [Fact]
    public async Task Ctrl_C_ends_a_watch_with_success_and_a_counted_one_without()
    {
        await using var qemu = await QemuProcess.StartAsync("m", "other");
        await using var other = await ConnectAsync(qemu, "other");
        await using (var pane = await QmpShellPane.StartAsync(100, qemu.Monitor("m"), "--watch", "RESUME,STOP", "cont"))
        {
            await pane.WaitForAsync(screen => screen[^1].StartsWith("{\"event\":\"RESUME\"", StringComparison.Ordinal));
            await other.ExecuteAsync(QmpCommands.Stop, cancellationToken: Ct);
            await pane.WaitForAsync(screen => screen[^1].StartsWith("{\"event\":\"STOP\"", StringComparison.Ordinal));
            await pane.PressAsync("C-c");
            Assert.Equal(0, await pane.WaitForExitAsync());
        }

        await using (var pane = await QmpShellPane.StartAsync(100, qemu.Monitor("m"), "--watch", "RESUME,STOP", "--count", "2", "cont"))
        {
            await pane.WaitForAsync(screen => screen[^1].StartsWith("{\"event\":\"RESUME\"", StringComparison.Ordinal));
            await pane.PressAsync("C-c");
            Assert.Equal(130, await pane.WaitForExitAsync());
        }
    }

    private static Task<QmpClient> ConnectAsync(QemuProcess qemu, string monitor)
        => QmpClient.ConnectAsync(QmpEndpoint.Unix(qemu.Monitor(monitor)), cancellationToken: Ct);
}
