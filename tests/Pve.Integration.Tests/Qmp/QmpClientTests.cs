using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Integration.Tests.Qmp;

/// <summary>The client against a real QEMU.</summary>
[SupportedOSPlatform("linux")]
public sealed class QmpClientTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_guest_is_let_run_paused_and_ended()
    {
        await using var qemu = await QemuProcess.StartAsync("m");
        await using var client = await ConnectAsync(qemu, "m");
        Assert.True(client.IsOutOfBandEnabled);
        Assert.Equal(new StatusInfo { Running = false, Status = RunState.Prelaunch }, await client.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: Ct));

        using var events = client.Subscribe("RESUME", "STOP", "SHUTDOWN");
        await client.ExecuteAsync(QmpCommands.Continue, cancellationToken: Ct);
        Assert.Equal("RESUME", (await events.ReadAsync(Ct)).Name);
        await client.ExecuteAsync(QmpCommands.Stop, cancellationToken: Ct);
        var stopped = await events.ReadAsync(Ct);
        Assert.Equal("STOP", stopped.Name);
        Assert.InRange(stopped.Timestamp, TimeProvider.System.GetUtcNow().AddMinutes(-1), TimeProvider.System.GetUtcNow().AddMinutes(1));

        var refusal = await Assert.ThrowsAsync<QmpCommandException>(() => client.ExecuteAsync("nope", cancellationToken: Ct));
        Assert.Equal("CommandNotFound", refusal.ErrorClass);

        await client.ExecuteAsync(QmpCommands.Quit, cancellationToken: Ct);
        Assert.IsType<QmpConnectionException>(await client.Ended);
        Assert.Equal("SHUTDOWN", (await events.ReadAsync(Ct)).Name);
        await Assert.ThrowsAsync<QmpConnectionException>(() => events.ReadAsync(Ct).AsTask());
        await qemu.WaitForExitAsync();
    }

    [Fact]
    public async Task The_schema_is_one_line_of_a_fifth_of_a_megabyte_over_TCP()
    {
        await using var qemu = await QemuProcess.StartAsync("m");
        await using var unix = await ConnectAsync(qemu, "m");
        var chardevs = await unix.ExecuteAsync("query-chardev", cancellationToken: Ct);
        var filename = chardevs.EnumerateArray().Single(chardev => chardev.GetProperty("label").GetString() == "tcp").GetProperty("filename").GetString()!;
        var port = int.Parse(filename.Split(',')[0].Split(':')[^1], CultureInfo.InvariantCulture); // disconnected:tcp:127.0.0.1:PORT,server=on

        await using var client = await QmpClient.ConnectAsync(QmpEndpoint.Tcp("127.0.0.1", port), cancellationToken: Ct);
        var schema = await client.ExecuteAsync("query-qmp-schema", cancellationToken: Ct);
        Assert.True(schema.GetRawText().Length > 150_000);
        Assert.Contains(schema.EnumerateArray(), entry => entry.GetProperty("name").GetString() == "query-status");
    }

    [Fact]
    public async Task A_second_client_is_told_that_the_monitor_is_busy()
    {
        await using var qemu = await QemuProcess.StartAsync("m");
        var options = new QmpClientOptions { ConnectTimeout = TimeSpan.FromMilliseconds(200) };
        await using (await ConnectAsync(qemu, "m"))
        {
            await Assert.ThrowsAsync<QmpBusyException>(() => ConnectAsync(qemu, "m", options));
        }

        await using var next = await ConnectAsync(qemu, "m");
        Assert.NotNull(await next.ExecuteAsync(QmpCommands.QueryVersion, cancellationToken: Ct));
    }

    [Fact]
    public async Task A_client_for_whom_there_is_no_room_to_wait_is_told_so_at_once()
    {
        await using var qemu = await QemuProcess.StartAsync("m");
        await using var first = await ConnectAsync(qemu, "m");
        var waiting = new List<Socket>();
        try
        {
            var full = false;
            while (!full)
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
                waiting.Add(socket);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(qemu.Monitor("m")), Ct);
                }
                catch (SocketException e) when (e.SocketErrorCode == SocketError.WouldBlock)
                {
                    full = true;
                }
            }

            var busy = await Assert.ThrowsAsync<QmpBusyException>(() => ConnectAsync(qemu, "m"));
            Assert.Contains("Too many clients", busy.Message, StringComparison.Ordinal);
        }
        finally
        {
            waiting.ForEach(socket => socket.Dispose());
        }
    }

    // Another monitor's command blocks QEMU's main loop, as a stuck migration does: it waits for a reader of a named pipe.
    [Fact]
    public async Task Out_of_band_is_answered_while_the_main_loop_hangs_and_30_commands_wait()
    {
        await using var qemu = await QemuProcess.StartAsync("a", "b");
        await using var client = await ConnectAsync(qemu, "a");
        await using var blocker = await ConnectAsync(qemu, "b");
        var fifo = Path.Combine(qemu.Directory, "fifo");
        using (var mkfifo = Process.Start("mkfifo", [fifo]))
        {
            await mkfifo.WaitForExitAsync(Ct);
        }

        var blocked = blocker.ExecuteAsync(QmpCommands.PhysicalMemorySave, new MemorySave(0, 1, fifo), cancellationToken: Ct);
        var brief = new QmpCallOptions { ReplyTimeout = TimeSpan.FromMilliseconds(200) };
        await Assert.ThrowsAsync<QmpTimeoutException>(async () =>
        {
            while (true)
            {
                await client.ExecuteAsync(QmpCommands.QueryStatus, brief, Ct); // until QEMU hangs
            }
        });

        var waiting = Enumerable.Range(0, 30).Select(_ => client.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: Ct)).ToArray();
        Assert.NotEmpty(await client.ExecuteAsync(QmpCommands.QueryYank, new QmpCallOptions { OutOfBand = true }, Ct));
        Assert.DoesNotContain(waiting, call => call.IsCompleted);

        using var reader = File.OpenHandle(fifo);
        await blocked;
        await Task.WhenAll(waiting);
        Assert.Equal(1, client.LateReplies);
    }

    private static Task<QmpClient> ConnectAsync(QemuProcess qemu, string monitor, QmpClientOptions? options = null)
        => QmpClient.ConnectAsync(QmpEndpoint.Unix(qemu.Monitor(monitor)), options, Ct);
}
