using System.Runtime.Versioning;
using Microsoft.Extensions.Time.Testing;
using Pve.Migration.Testing;

namespace Pve.Integration.Tests;

[SupportedOSPlatform("linux")]
public sealed class QemuProcessTests : IAsyncLifetime
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"pve-qemu-{Guid.NewGuid():n}");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private QemuProcessOptions Options => new() { Directory = _directory, VmId = "100", Paused = true };

    public async ValueTask InitializeAsync() => await RealQemu.RequireAsync();

    public ValueTask DisposeAsync()
    {
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }

        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_installation_is_found()
    {
        var install = await RealQemu.RequireAsync();
        Assert.True(install.Version.Major >= 7);
        Assert.NotEqual("pc", install.ResolveMachine("pc"));
        Assert.Equal(install.ResolveMachine("pc"), install.SharedMachine(install));
        Assert.Null(await QemuInstall.FindAsync("/nowhere/qemu", Cancellation));
        Assert.Null(await QemuInstall.FindAsync("/bin/true", Cancellation));
    }

    [Fact]
    public async Task Both_monitors_answer_at_once_and_nothing_is_left_after_dispose()
    {
        var qemu = await QemuProcess.StartAsync(Options, cancellationToken: Cancellation);
        await using (var qmp = await RawQmp.ConnectAsync(qemu.QmpPath))
        await using (var watch = await RawQmp.ConnectAsync(qemu.WatchPath))
        {
            Assert.Equal("prelaunch", (await qmp.ExecuteAsync("query-status")).GetProperty("status").GetString());
            Assert.Equal("prelaunch", (await watch.ExecuteAsync("query-status")).GetProperty("status").GetString());
        }

        Assert.True(Directory.Exists($"/proc/{qemu.Pid}"));
        await qemu.DisposeAsync();
        await qemu.DisposeAsync();
        Assert.Equal(137, await qemu.Exited);
        Assert.False(Directory.Exists($"/proc/{qemu.Pid}"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory));
    }

    [Fact]
    public async Task A_monitor_may_be_opened_again_and_again()
    {
        await using var qemu = await QemuProcess.StartAsync(Options, cancellationToken: Cancellation);
        for (var i = 0; i < 20; i++)
        {
            await using var qmp = await RawQmp.ConnectAsync(qemu.WatchPath);
            await qmp.ExecuteAsync("query-status");
        }
    }

    [Fact]
    public async Task Its_own_end_is_told()
    {
        await using var qemu = await QemuProcess.StartAsync(Options, cancellationToken: Cancellation);
        await using var qmp = await RawQmp.ConnectAsync(qemu.QmpPath);
        await qmp.ExecuteAsync("quit");
        Assert.Equal(0, await qemu.Exited.WaitAsync(Cancellation));
        await qemu.KillAsync();
    }

    [Fact]
    public async Task What_it_says_before_it_ends_is_told()
    {
        var options = Options with { ExtraArguments = ["-device", "no-such-device"] };
        var failure = await Assert.ThrowsAsync<QemuStartException>(() => QemuProcess.StartAsync(options, cancellationToken: Cancellation));
        Assert.Equal(1, failure.ExitCode);
        Assert.Contains("no-such-device", failure.StandardError, StringComparison.Ordinal);
        Assert.Contains("no-such-device", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory));
    }

    [Theory]
    [InlineData("-no-such-option")]
    [InlineData("-machine", "no-such-machine")]
    [InlineData("-drive", "if=none,file=/nowhere/disk")]
    public async Task Each_way_to_fail_leaves_nothing(params string[] arguments)
    {
        var options = Options with { ExtraArguments = arguments };
        var failure = await Assert.ThrowsAsync<QemuStartException>(() => QemuProcess.StartAsync(options, cancellationToken: Cancellation));
        Assert.NotEmpty(failure.StandardError);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory));
    }

    [Theory]
    [InlineData("/nowhere/qemu")]
    [InlineData("/etc/passwd")]
    public async Task What_is_not_a_program_is_told(string binary)
    {
        foreach (var diesWithUs in new[] { true, false })
        {
            var options = Options with { Binary = binary, DiesWithUs = diesWithUs };
            await Assert.ThrowsAsync<QemuStartException>(() => QemuProcess.StartAsync(options, cancellationToken: Cancellation));
            Assert.Empty(Directory.EnumerateFileSystemEntries(_directory));
        }
    }

    [Fact]
    public async Task One_that_does_not_answer_is_given_up()
    {
        var script = Path.Combine(Path.GetTempPath(), $"pve-mute-{Guid.NewGuid():n}");
        await File.WriteAllTextAsync(script, $"#!/bin/sh\necho $$ > {script}.pid\nexec sleep 600\n", Cancellation);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var time = new FakeTimeProvider();
        var start = QemuProcess.StartAsync(Options with { Binary = script }, time, Cancellation);
        while (!File.Exists(script + ".pid") || (await File.ReadAllTextAsync(script + ".pid", Cancellation)).Length == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, Cancellation);
        }

        time.Advance(TimeSpan.FromSeconds(31));
        var failure = await Assert.ThrowsAsync<QemuStartException>(() => start);
        Assert.Null(failure.ExitCode);
        Assert.False(Directory.Exists("/proc/" + (await File.ReadAllTextAsync(script + ".pid", Cancellation)).Trim()));
        File.Delete(script);
        File.Delete(script + ".pid");
    }

    [Fact]
    public async Task A_start_that_is_cancelled_leaves_nothing()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => QemuProcess.StartAsync(Options, cancellationToken: cancel.Token));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory));
    }

    [Fact]
    public async Task The_serial_port_is_taken_once_and_read_to_its_end()
    {
        await using var host = new GuestBench(0);
        var (qemu, ticks) = await host.StartAsync("only");
        Assert.Throws<InvalidOperationException>(qemu.TakeSerial);
        await ticks.WaitForTicksAsync(300, Cancellation);
        await qemu.DisposeAsync();
        await ticks.Ended.WaitAsync(Cancellation);
        Assert.True(host.Heartbeat.Report().Perfect);
    }

    [Fact]
    public async Task The_serial_port_may_lead_elsewhere()
    {
        await using var host = new GuestBench(0);
        var path = Path.Combine(host.Root, "elsewhere");
        var ticks = host.Heartbeat.Listen(path, "elsewhere");
        var qemu = await host.StartUnheardAsync("only", serialPath: path);
        Assert.Throws<InvalidOperationException>(qemu.TakeSerial);
        await ticks.WaitForTicksAsync(300, Cancellation);
        await qemu.DisposeAsync();
        await ticks.Ended.WaitAsync(Cancellation);
        Assert.True(host.Heartbeat.Report().Perfect);
    }

    [Fact]
    public async Task A_silent_serial_port_can_be_closed()
    {
        await using var qemu = await QemuProcess.StartAsync(Options, cancellationToken: Cancellation);
        await using var heartbeat = new SerialHeartbeat();
        var ticks = heartbeat.Attach(qemu, "only");
        await heartbeat.DisposeAsync();
        await ticks.Ended.WaitAsync(Cancellation);
    }

    [Fact]
    public async Task A_frozen_one_stands_still_and_can_be_killed()
    {
        await using var host = new GuestBench(0);
        var (qemu, ticks) = await host.StartAsync("only");
        await ticks.WaitForTicksAsync(100, Cancellation);
        qemu.Freeze();
        await UntilStoppedAsync(qemu.Pid);
        qemu.Thaw();
        await ticks.WaitForTicksAsync(ticks.TicksSeen + 100, Cancellation);
        qemu.Freeze();
        await qemu.KillAsync();
        Assert.True(host.Heartbeat.Report().Perfect);
    }

    // the state in /proc/PID/stat follows the name in brackets
    private static async Task UntilStoppedAsync(int pid)
    {
        while (!(await File.ReadAllTextAsync($"/proc/{pid}/stat", Cancellation)).Contains(") T ", StringComparison.Ordinal))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, Cancellation);
        }
    }
}
