using Microsoft.Extensions.Logging.Abstractions;
using Mtunnel.Hosting;
using Mtunnel.Serving;
using Pve.Migration;
using static Pve.Integration.Tests.Target.TargetBench;

namespace Pve.Integration.Tests.Target;

/// <summary>A command on its own (<c>mtunnel status 100</c>) beside a tunnel that has the VM's monitor, which serves one client.</summary>
public sealed class MonitorRequestTests
{
    [Theory]
    [InlineData(MtunnelDialect.V0)]
    [InlineData(MtunnelDialect.V1)]
    [InlineData(MtunnelDialect.V2)]
    public async Task A_tunnel_gives_the_monitor_away_and_takes_it_again_for_its_resume(MtunnelDialect dialect)
    {
        await using var bench = new TargetBench();
        await using var monitor = new StandInMonitor(bench.Paths.Monitor);
        var host = bench.NewHost(bench.Options());
        using var yielding = Heed(bench, host);
        await using var client = await OpenAsync(host, dialect);
        if (dialect == MtunnelDialect.V0)
        {
            Assert.Equal("paused", await OnceAsync(bench));
            Assert.Equal(1, monitor.Clients); // what such a tunnel cannot use it leaves alone
            return;
        }

        await (dialect == MtunnelDialect.V1 ? client.WakeAsync() : TellAsync(client, "status")); // from its first line on it has the monitor
        await UntilAsync(() => monitor.Clients == 1);
        Assert.Equal("paused", await OnceAsync(bench));
        await client.ResumeAsync(VmId, Cancellation);
        Assert.Equal("running", await OnceAsync(bench));
        Assert.Equal(4, monitor.Clients);
    }

    [Theory]
    [InlineData(MtunnelDialect.V1)]
    [InlineData(MtunnelDialect.V2)]
    public async Task A_tunnel_whose_client_gave_up_gives_the_monitor_away_once_its_command_is_done(MtunnelDialect dialect)
    {
        await using var bench = new TargetBench();
        await using var monitor = new StandInMonitor(bench.Paths.Monitor, loads: true);
        var host = bench.NewHost(bench.Options());
        using var yielding = Heed(bench, host);
        await using var client = await OpenAsync(host, dialect);
        using var giveUp = new CancellationTokenSource();
        var resuming = client.ResumeAsync(VmId, giveUp.Token);
        await monitor.Continued.WaitAsync(Cancellation);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => resuming);
        await Assert.ThrowsAsync<MtunnelFaultedException>(() => client.ResumeAsync(VmId, Cancellation));

        var once = OnceAsync(bench);
        Assert.False(once.IsCompleted);
        Assert.Equal(1, monitor.Clients);
        monitor.HasLoaded();
        Assert.Equal("running", await once);
    }

    private static IDisposable? Heed(TargetBench bench, TargetHost host)
        => MonitorRequest.Heed(bench.Folders, VmId, () => host.ReleaseAsync(VmId), NullLogger.Instance);

    private static async Task<MtunnelClient> OpenAsync(TargetHost host, MtunnelDialect dialect)
    {
        var options = new MtunnelServerOptions { Dialect = dialect, Vmid = VmId };
        var transport = new InProcessTransport((pipe, token) => MtunnelServer.ServeAsync(pipe, host, options, token));
        var client = await MtunnelClient.OpenAsync(transport, new MtunnelClientOptions { HighestDialect = dialect }, Cancellation);
        if (dialect != MtunnelDialect.V0) // which only silence tells
        {
            await client.Negotiated.WaitAsync(Cancellation);
        }

        return client;
    }

    // As a process of its own does it; this one's host would ask in the tunnel's name, which does not heed itself.
    private static async Task<string?> OnceAsync(TargetBench bench)
    {
        await using var host = new TargetHost(bench.Options());
        var request = Path.Combine(bench.Monitors, "100.another.wanted");
        await File.WriteAllTextAsync(request, "", Cancellation);
        File.Delete(request);
        return await OneCommand.RunAsync(host, "status", VmId, Cancellation).WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Cancellation);
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        while (!isSo())
        {
            late.Token.ThrowIfCancellationRequested();
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancellation);
        }
    }
}
