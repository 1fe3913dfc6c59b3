using Pve.Migration.Testing.Simulation;
using Pve.Qmp;

namespace Pve.Migration.Testing;

/// <summary>
/// Two hosts with a clock each, a rate-limited network between them, ssh and commands that cost time, and one guest that shall get across.
/// It gives what a <see cref="LiveMigrator"/> takes; with a <see cref="VirtualTime"/> nothing waits for real.
/// </summary>
public sealed class VirtualCluster : IAsyncDisposable
{
    private readonly VirtualClusterOptions _options;
    private readonly VirtualShell _shell;
    private int _addresses;

    /// <summary>Starts both hosts: the guest runs on the source, the target's QEMU waits with <c>-incoming defer -S</c>.</summary>
    public VirtualCluster(VirtualClusterOptions? options = null)
    {
        _options = options ?? new VirtualClusterOptions();
        _options.Costs.Validate();
        Pair = new SimulatedPair(_options.Link, _options.Guest, _options.Guest with
        {
            Name = "target",
            Host = null,
            Incoming = true,
            StartPaused = true,
            ClockOffset = _options.Guest.ClockOffset + _options.TargetClockOffset,
        });
        _shell = new VirtualShell(TimeProvider, _options.Link.Latency, _options.Costs, token => ConnectTargetAsync("command on the target", token));
    }

    /// <summary>The two QEMUs, and who ran when.</summary>
    public SimulatedPair Pair { get; }

    /// <summary>The clock of all.</summary>
    public TimeProvider TimeProvider => _options.Link.TimeProvider;

    /// <summary>What ran on the target over an ssh of its own, in the order it ended.</summary>
    public IReadOnlyList<VirtualCommand> Commands => _shell.Log;

    /// <summary>Connects to a monitor of the source's; it is closed by whoever asked for it.</summary>
    public Task<QmpClient> ConnectSourceAsync(string name = "source", CancellationToken cancellationToken = default)
        => ConnectAsync(Pair.Source, name, cancellationToken);

    /// <summary>Connects to a monitor of the target's; it is closed by whoever asked for it.</summary>
    public Task<QmpClient> ConnectTargetAsync(string name = "target", CancellationToken cancellationToken = default)
        => ConnectAsync(Pair.Target, name, cancellationToken);

    /// <summary>The target's QEMU as one that receives; the kill is a SIGKILL on its host.</summary>
    /// <param name="monitor">A monitor of the target's.</param>
    public IncomingQemu Incoming(QmpClient monitor) => new(monitor, $"unix:/run/virtual/{++_addresses}.migrate", kill: _ =>
    {
        Pair.Target.Kill();
        return Task.CompletedTask;
    });

    /// <summary>A tunnel to the target, carried by an ssh; its far end answers over there.</summary>
    /// <param name="dialect">What the far end speaks; a v2 one belongs to <paramref name="vmId"/>.</param>
    /// <param name="vmId">The guest's number.</param>
    public IMtunnelTransport Tunnel(MtunnelDialect dialect, int vmId = 100)
        => new VirtualTunnel(TimeProvider, _options.Link.Latency, _options.Costs, async (pipe, token) =>
        {
            var handler = new QmpMtunnelHandler((_, connecting) => ConnectTargetAsync("tunnel on the target", connecting), TimeProvider);
            await using (handler.ConfigureAwait(false))
            {
                var options = new MtunnelServerOptions { Dialect = dialect, Vmid = vmId, TimeProvider = TimeProvider };
                await MtunnelServer.ServeAsync(pipe, handler, options, token).ConfigureAwait(false);
            }
        });

    /// <summary>The target as it was reached before 2017: a fresh ssh for each command.</summary>
    public IMigrationTarget SshCommands(IncomingQemu qemu) => new VirtualSshTarget(qemu, _shell);

    /// <summary>Ends both QEMUs.</summary>
    public ValueTask DisposeAsync() => Pair.DisposeAsync();

    private Task<QmpClient> ConnectAsync(SimulatedQemu qemu, string name, CancellationToken cancellationToken)
        => QmpClient.ConnectAsync(qemu.OpenMonitor(), name, new QmpClientOptions { TimeProvider = TimeProvider }, cancellationToken);
}
