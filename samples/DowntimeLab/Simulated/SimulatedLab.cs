using System.Globalization;
using DowntimeLab.Matrix;
using DowntimeLab.Method;
using Pve.Migration;
using Pve.Migration.Testing;

namespace DowntimeLab.Simulated;

/// <summary>The matrix on a virtual cluster in virtual time.</summary>
internal sealed class SimulatedLab : ILab
{
    // What the series' figures imply (PVE.md 3): 2 GiB are through 0.15 s before the first poll at 1 s, 8 GiB a good third of a second after the third.
    private const long BytesPerSecond = 2_620_000_000;
    private static readonly TimeSpan Setup = TimeSpan.FromMilliseconds(34);
    private static readonly VirtualCosts Costs = new();

    public string Title => "Simulated, in virtual time";

    public IReadOnlyList<(string Name, string Value)> Constants { get; } =
    [
        ("RAM over the link", $"{BytesPerSecond / 1e9:0.00} GB/s"),
        ("opening its channel", Text(Setup)),
        ("a fresh ssh", Text(Costs.SshConnect)),
        ("qm there", Text(Costs.QmCommand)),
        ("pvesr there", Text(Costs.ReplicationCommand)),
        ("a closed tunnel is looked for", $"every {Text(Costs.TunnelEndLookedForEvery)}"),
    ];

    public async Task<Repetition> MeasureAsync(Combination combination, TimeSpan phase, CancellationToken cancellationToken)
    {
        var time = new VirtualTime();
        return await time.RunAsync(() => MeasureAsync(combination, phase, time, cancellationToken), cancellationToken);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<Repetition> MeasureAsync(Combination combination, TimeSpan phase, VirtualTime time, CancellationToken cancellationToken)
    {
        await using var cluster = new VirtualCluster(new VirtualClusterOptions
        {
            Link = new SimulatedLinkOptions { BytesPerSecond = BytesPerSecond, TimeProvider = time },
            Guest = new SimulatedQemuOptions { MemoryBytes = (long)combination.RamGiB << 30, SetupTime = Setup },
            TargetClockOffset = TimeSpan.FromSeconds(3),
            Costs = Costs,
        });
        await using var source = await cluster.ConnectSourceAsync(cancellationToken: cancellationToken);
        await using var monitor = await cluster.ConnectTargetAsync(cancellationToken: cancellationToken);
        await using var watched = await cluster.ConnectTargetAsync("sampler", cancellationToken);
        var run = new MigrationRun(combination, source, monitor, watched, time);
        var incoming = cluster.Incoming(monitor);
        await using var ssh = cluster.SshCommands(incoming);
        await using var target = new TunnelTarget(incoming, cluster.Tunnel(combination.Dialect), ssh, run.Tunnel);
        return await run.MeasureAsync(target, phase, endsSource: true, cancellationToken);
    }

    private static string Text(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms");
}
