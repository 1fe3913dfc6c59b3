using System.Text.Json;
using Pve.Migration.Tests.Testing;
using Pve.Migration.Tunnel;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

/// <summary>A target side whose QEMU has one monitor, and serves one client there.</summary>
public sealed class OneClientMonitorTests
{
    [Fact]
    public Task A_client_that_comes_back_within_the_lease_finds_the_monitor_free_for_another_process() => RunAsync(async bench =>
    {
        var host = new Host(bench);
        await using (host.Handler)
        {
            await using (var client = await host.OpenAsync())
            {
                Assert.Equal("inmigrate", await StatusAsync(client));
            }

            await bench.PassAsync(1); // its lease runs
            var another = new Host(bench, host.Monitor); // as ssh starts one for each tunnel
            await using (another.Handler)
            {
                await using var client = await another.OpenAsync();
                Assert.Equal("inmigrate", await StatusAsync(client));
                await client.QuitAsync(Cancellation);
            }
        }
    });

    [Fact]
    public Task Two_processes_whose_tunnels_live_have_the_monitor_in_turn() => RunAsync(async bench =>
    {
        var (first, second) = HostsThatAsk(bench);
        await using (first.Handler)
        await using (second.Handler)
        {
            await using var one = await first.OpenAsync();
            await using var other = await second.OpenAsync();
            for (var i = 0; i < 2; i++)
            {
                Assert.Equal("inmigrate", await StatusAsync(one));
                Assert.Equal("inmigrate", await StatusAsync(other));
            }

            await one.QuitAsync(Cancellation);
            await other.QuitAsync(Cancellation);
        }
    });

    // Else each would take the other's place in the queue, again and again.
    [Fact]
    public Task Two_processes_whose_commands_wait_for_the_monitor_both_get_it() => RunAsync(async bench =>
    {
        var (first, second) = HostsThatAsk(bench);
        await using (first.Handler)
        await using (second.Handler)
        {
            var stranger = await first.Monitor.ConnectAsync(Cancellation);
            await using var one = await first.OpenAsync();
            await using var other = await second.OpenAsync();
            var asking = Task.WhenAll(StatusAsync(one), StatusAsync(other));
            await bench.PassAsync(3);
            Assert.False(asking.IsCompleted);
            await stranger.DisposeAsync();
            Assert.Equal(["inmigrate", "inmigrate"], await asking);
            Assert.InRange(first.Monitor.Connections, 3, 5); // the stranger's, and for each one that was given up at most
            await one.QuitAsync(Cancellation);
            await other.QuitAsync(Cancellation);
        }
    });

    [Theory]
    [InlineData(MtunnelDialect.V0, "")]
    [InlineData(MtunnelDialect.V1, "")]
    [InlineData(MtunnelDialect.V1, "quit\n")]
    [InlineData(MtunnelDialect.V2, "")]
    [InlineData(MtunnelDialect.V2, "GET / HTTP/1.1\r\n")]
    public Task A_probe_does_not_take_the_monitor(MtunnelDialect dialect, string said) => RunAsync(async bench =>
    {
        var host = new Host(bench, dialect: dialect);
        await using (host.Handler)
        {
            await using var connection = await host.Transport.ConnectAsync(Cancellation);
            await connection.Output.WriteAsync(System.Text.Encoding.ASCII.GetBytes(said), Cancellation);
            await bench.PassAsync(1);
            Assert.Equal(0, host.Monitor.Connections);
        }
    });

    [Fact]
    public Task A_second_tunnel_is_answered_beside_a_resume_that_waits_for_its_guest() => RunAsync(async bench =>
    {
        var host = new Host(bench);
        await using (host.Handler)
        {
            await using var first = await host.OpenAsync();
            var resuming = first.ExecuteAsync("resume-when-completed", cancellationToken: Cancellation);
            await using var second = await host.OpenAsync();
            Assert.Equal("inmigrate", await StatusAsync(second));
            Assert.False(resuming.IsCompleted);
            Assert.Equal(1, host.Monitor.Connections);

            // and is refused before its client gives up: what it waits for does not come
            var e = await Assert.ThrowsAsync<MtunnelRefusedException>(() => resuming);
            Assert.Contains("has not been loaded 25 s after", e.ErrorText, StringComparison.Ordinal);
            await first.QuitAsync(Cancellation);
            await second.QuitAsync(Cancellation);
        }
    });

    [Fact]
    public Task The_resume_finds_the_monitor_connected_to() => RunAsync(async bench =>
    {
        var host = new Host(bench);
        await using (host.Handler)
        {
            await using var target = new HookedTarget(new TunnelTarget(
                bench.Incoming(), host.Transport, options: new MtunnelClientOptions { TimeProvider = bench.Time })) { IsOutOfReach = true };
            bench.AssertMigrated(await bench.MigrateAsync(target));
            Assert.Equal(1, host.Monitor.Connections);
        }
    });

    // Two processes of a host that ask each other for the monitor before they connect to it, as mtunnel does.
    private static (Host First, Host Second) HostsThatAsk(EngineBench bench)
    {
        Host? second = null;
        var first = new Host(bench, ask: () => second!.Handler.ReleaseAsync(VmId));
        second = new Host(bench, first.Monitor, ask: () => first.Handler.ReleaseAsync(VmId));
        return (first, second);
    }

    private static async Task<string?> StatusAsync(MtunnelClient client)
    {
        await client.Negotiated;
        return (await client.ExecuteAsync("status", cancellationToken: Cancellation)).GetProperty("status").GetString();
    }

    // one process of the target side
    private sealed class Host
    {
        private readonly EngineBench _bench;

        public Host(EngineBench bench, OneClientMonitor? monitor = null, MtunnelDialect dialect = MtunnelDialect.V2, Func<Task>? ask = null)
        {
            _bench = bench;
            Monitor = monitor ?? new OneClientMonitor(bench.Pair.Target, bench.Time);
            var qmp = new QmpMtunnelHandler(
                (vmid, token) =>
                {
                    _ = ask?.Invoke();
                    return Monitor.ConnectAsync(token);
                },
                bench.Time);
            Handler = new ConnectsAhead(qmp);
            var options = new MtunnelServerOptions
            {
                Dialect = dialect, Vmid = VmId, CleansUpAfter = TimeSpan.FromMinutes(5), Leases = new ProcessLeases(), TimeProvider = bench.Time,
            };
            Transport = new InProcessTransport((pipe, token) => MtunnelServer.ServeAsync(pipe, Handler, options, token));
        }

        public OneClientMonitor Monitor { get; }

        public ConnectsAhead Handler { get; }

        public InProcessTransport Transport { get; }

        public Task<MtunnelClient> OpenAsync()
            => MtunnelClient.OpenAsync(Transport, new MtunnelClientOptions { TimeProvider = _bench.Time }, Cancellation);
    }

    private sealed class ConnectsAhead(QmpMtunnelHandler qmp) : IMtunnelHandler, IAsyncDisposable
    {
        public IReadOnlyCollection<string> Commands => qmp.Commands;

        public void OnTunnelBegun(int vmid)
        {
            qmp.OnTunnelBegun(vmid);
            _ = qmp.ConnectAsync(vmid); // given up where another process asks
        }

        public Task OnTunnelEndedAsync(int vmid) => qmp.OnTunnelEndedAsync(vmid);

        public Task ResumeAsync(int vmid, CancellationToken cancellationToken) => qmp.ResumeAsync(vmid, cancellationToken);

        public Task<JsonElement> ExecuteAsync(MtunnelRequest request, CancellationToken cancellationToken) => qmp.ExecuteAsync(request, cancellationToken);

        public Task AbandonAsync(int vmid, CancellationToken cancellationToken) => qmp.AbandonAsync(vmid, cancellationToken);

        public Task ReleaseAsync(int vmid) => qmp.ReleaseAsync(vmid);

        public ValueTask DisposeAsync() => qmp.DisposeAsync();
    }
}
