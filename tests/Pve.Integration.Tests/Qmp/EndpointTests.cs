using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text.Json;
using Pve.Qmp;

namespace Pve.Integration.Tests.Qmp;

/// <summary>Every way to a monitor of a real QEMU, and what it can carry.</summary>
[SupportedOSPlatform("linux")]
public sealed class EndpointTests
{
    private static readonly string[] Bare = ["-machine", "none", "-nodefaults", "-display", "none", "-S"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_childs_standard_input_and_output()
    {
        using var qemu = Start([.. Bare, "-qmp", "stdio"], redirect: true);
        await using (var client = await QmpClient.ConnectAsync(qemu, cancellationToken: Ct))
        {
            Assert.Contains($"process {qemu.Id}", client.Name, StringComparison.Ordinal);
            Assert.False((await client.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: Ct)).Running);
            await client.ExecuteAsync(QmpCommands.Quit, cancellationToken: Ct);
            Assert.IsType<QmpConnectionException>(await client.Ended);
        }

        await qemu.WaitForExitAsync(Ct);
    }

    [Fact]
    public async Task A_child_that_lives_on_in_silence_does_not_hold_dispose_up()
    {
        using var qemu = Start([.. Bare, "-qmp", "stdio"], redirect: true);
        try
        {
            var client = await QmpClient.ConnectAsync(qemu, cancellationToken: Ct);
            await client.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), Ct);
            Assert.False(qemu.HasExited);
        }
        finally
        {
            qemu.Kill();
            await qemu.WaitForExitAsync(Ct);
        }
    }

    [Fact]
    public async Task A_monitor_that_writes_pretty()
    {
        using var qemu = Start([.. Bare, "-chardev", "stdio,id=m", "-mon", "chardev=m,mode=control,pretty=on"], redirect: true);
        await using var client = await QmpClient.ConnectAsync(qemu, cancellationToken: Ct);
        using var events = client.Subscribe("RESUME");
        await client.ExecuteAsync(QmpCommands.Continue, cancellationToken: Ct);
        Assert.Equal("RESUME", (await events.ReadAsync(Ct)).Name);
        var schema = await client.GetSchemaAsync(Ct);
        Assert.True(schema.HasCommand("query-status"));
        await client.ExecuteAsync(QmpCommands.Quit, cancellationToken: Ct);
        await qemu.WaitForExitAsync(Ct);
    }

    [Fact]
    public async Task QEMU_connects_to_us_over_a_unix_socket()
    {
        var directory = Directory.CreateTempSubdirectory("qmp-").FullName;
        var path = Path.Combine(directory, "waits.qmp");
        await using (var listener = QmpListener.Listen(QmpEndpoint.Unix(path)))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            Assert.Contains("already", Assert.Throws<QmpConnectionException>(() => QmpListener.Listen(QmpEndpoint.Unix(path))).Message, StringComparison.Ordinal);
            for (var round = 0; round < 2; round++)
            {
                using var qemu = Start([.. Bare, "-qmp", $"unix:{path},server=off"]);
                await using var client = await listener.AcceptAsync(cancellationToken: Ct);
                Assert.False((await client.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: Ct)).Running);
                await client.ExecuteAsync(QmpCommands.Quit, cancellationToken: Ct);
                await qemu.WaitForExitAsync(Ct);
            }

            var accepting = listener.AcceptAsync(cancellationToken: Ct);
            await listener.DisposeAsync();
            await Assert.ThrowsAsync<ObjectDisposedException>(() => accepting);
        }

        Assert.False(File.Exists(path));
        Directory.Delete(directory);
    }

    [Fact]
    public async Task QEMU_connects_to_us_over_TCP()
    {
        await using var listener = QmpListener.Listen(QmpEndpoint.Tcp("127.0.0.1", FreePort()));
        using var qemu = Start([.. Bare, "-qmp", $"{listener.Endpoint},server=off"]);
        await using var client = await listener.AcceptAsync(cancellationToken: Ct);
        await client.ExecuteAsync(QmpCommands.Quit, cancellationToken: Ct);
        await qemu.WaitForExitAsync(Ct);
    }

    [Fact]
    public async Task What_connects_and_is_no_QEMU_leaves_the_listener_working()
    {
        await using var listener = QmpListener.Listen(QmpEndpoint.Tcp("127.0.0.1", FreePort()));
        using var stranger = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await stranger.ConnectAsync(IPEndPoint.Parse(listener.Endpoint.Text["tcp:".Length..]), Ct);
        await stranger.SendAsync("SSH-2.0\n"u8.ToArray(), Ct);
        await Assert.ThrowsAsync<QmpProtocolException>(() => listener.AcceptAsync(cancellationToken: Ct));
        using var qemu = Start([.. Bare, "-qmp", $"{listener.Endpoint},server=off"]);
        await using var client = await listener.AcceptAsync(cancellationToken: Ct);
        await client.ExecuteAsync(QmpCommands.Quit, cancellationToken: Ct);
        await qemu.WaitForExitAsync(Ct);
    }

    [Fact]
    public async Task A_file_descriptor_that_is_a_connected_socket()
    {
        await using var qemu = await QemuProcess.StartAsync("m");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(qemu.Monitor("m")), Ct);
        var number = Duplicate((int)socket.SafeHandle.DangerousGetHandle());
        await using var client = await QmpClient.ConnectAsync(QmpEndpoint.Parse($"fd:{number}"), cancellationToken: Ct);
        Assert.Equal($"fd:{number}", client.Name);
        Assert.False((await client.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: Ct)).Running);
    }

    [Fact]
    public async Task A_file_descriptor_that_is_something_else_is_refused_and_stays_its_owners()
    {
        using var file = File.OpenHandle(Environment.ProcessPath!);
        var endpoint = QmpEndpoint.FileDescriptor((int)file.DangerousGetHandle());
        var failure = await Assert.ThrowsAsync<QmpConnectionException>(() => QmpClient.ConnectAsync(endpoint, cancellationToken: Ct));
        Assert.Contains("no connected socket", failure.Message, StringComparison.Ordinal);
        Assert.Contains("no connected socket", (await Assert.ThrowsAsync<QmpConnectionException>(() => QmpClient.ConnectAsync(
            QmpEndpoint.FileDescriptor(99_999), cancellationToken: Ct))).Message, StringComparison.Ordinal);
        Assert.Equal(1, await RandomAccess.ReadAsync(file, new byte[1], 0, Ct));
    }

    [Fact]
    public async Task File_descriptors_travel_with_their_commands()
    {
        await using var qemu = await QemuProcess.StartAsync("m");
        await using var client = await QmpClient.ConnectAsync(QmpEndpoint.Unix(qemu.Monitor("m")), cancellationToken: Ct);
        var path = Path.Combine(qemu.Directory, "disk.raw");
        long number;
        using (var file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite))
        {
            RandomAccess.SetLength(file, 1 << 20);
            var added = client.ExecuteAsync(
                "add-fd", JsonElement.Parse("""{"fdset-id": 7}"""), new QmpCallOptions { FileDescriptor = file }, Ct);
            file.Dispose(); // QEMU has its own, or gets it
            number = (await added).GetProperty("fd").GetInt64();
        }

        Assert.Equal(path, File.ResolveLinkTarget($"/proc/{qemu.Id}/fd/{number}", returnFinalTarget: false)!.FullName);
        await client.ExecuteAsync("blockdev-add", JsonElement.Parse("""{"driver": "file", "node-name": "d", "filename": "/dev/fdset/7"}"""), cancellationToken: Ct);

        // many at once, between commands that carry none
        using var random = File.OpenHandle("/dev/null");
        var calls = Enumerable.Range(0, 50).Select(i => i % 2 == 0
            ? client.ExecuteAsync("getfd", JsonElement.Parse($$"""{"fdname": "n{{i}}"}"""), new QmpCallOptions { FileDescriptor = random }, Ct)
            : client.ExecuteAsync("query-status", cancellationToken: Ct)).ToArray();
        await Task.WhenAll(calls);
        for (var i = 0; i < 50; i += 2)
        {
            await client.ExecuteAsync("closefd", JsonElement.Parse($$"""{"fdname": "n{{i}}"}"""), cancellationToken: Ct);
        }
    }

    [Fact]
    public async Task A_file_descriptor_is_refused_where_it_cannot_travel()
    {
        using var qemu = Start([.. Bare, "-qmp", "stdio"], redirect: true);
        await using var client = await QmpClient.ConnectAsync(qemu, cancellationToken: Ct);
        using var file = File.OpenHandle("/dev/null");
        var call = new QmpCallOptions { FileDescriptor = file };
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => client.ExecuteAsync("getfd", JsonElement.Parse("""{"fdname": "n"}"""), call, Ct));
        Assert.Contains("unix socket", refusal.Message, StringComparison.Ordinal);
        file.Dispose();
        await Assert.ThrowsAsync<ArgumentException>(() => client.ExecuteAsync("getfd", JsonElement.Parse("""{"fdname": "n"}"""), call, Ct));
        await client.ExecuteAsync(QmpCommands.Quit, cancellationToken: Ct);
        await qemu.WaitForExitAsync(Ct);
    }

    private static Process Start(string[] arguments, bool redirect = false)
    {
        Assert.SkipUnless(QemuProcess.Exists, "QEMU is not installed");
        return Process.Start(new ProcessStartInfo("qemu-system-x86_64", arguments) { RedirectStandardInput = redirect, RedirectStandardOutput = redirect })!;
    }

#pragma warning disable SYSLIB1054 // LibraryImport would want unsafe code for the whole project
    [DllImport("libc", EntryPoint = "dup")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Duplicate(int descriptor);
#pragma warning restore SYSLIB1054

    private static int FreePort()
    {
        using var probe = new Socket(SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
