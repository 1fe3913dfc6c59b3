using Pve.Migration.Testing;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Tests.Simulation;

/// <summary>A pair, a client on each side, and what each side said.</summary>
internal sealed class SimulatedTalk : IAsyncDisposable
{
    public const string Address = "unix:/run/100.migrate";

    private readonly QmpEventSubscription _sourceEvents;
    private readonly QmpEventSubscription _targetEvents;

    private SimulatedTalk(SimulatedPair pair, QmpClient source, QmpClient target)
    {
        (Pair, Source, Target) = (pair, source, target);
        (_sourceEvents, _targetEvents) = (source.Subscribe(), target.Subscribe());
    }

    public SimulatedPair Pair { get; }

    public QmpClient Source { get; }

    public QmpClient Target { get; }

    public static async Task<SimulatedTalk> BeginAsync(
        TimeProvider time, SimulatedQemuOptions? guest = null, SimulatedQemuOptions? target = null, params string[] capabilities)
    {
        var pair = new SimulatedPair(new SimulatedLinkOptions { TimeProvider = time }, guest, target);
        var options = new QmpClientOptions { TimeProvider = time };
        var talk = new SimulatedTalk(
            pair,
            await QmpClient.ConnectAsync(pair.Source.OpenMonitor(), "source", options),
            await QmpClient.ConnectAsync(pair.Target.OpenMonitor(), "target", options));
        var on = capabilities.Append("events").Select(name => new MigrationCapabilityStatus(new MigrationCapability(name), true)).ToArray();
        await talk.Source.ExecuteAsync(QmpCommands.MigrateSetCapabilities, new MigrateSetCapabilities(on));
        await talk.Target.ExecuteAsync(QmpCommands.MigrateSetCapabilities, new MigrateSetCapabilities(on));
        await talk.Source.ExecuteAsync(QmpCommands.MigrateSetParameters, new MigrationParameters { MaxBandwidth = 0 });
        return talk;
    }

    public async Task MigrateAsync()
    {
        await Target.ExecuteAsync(QmpCommands.MigrateIncoming, new MigrateIncoming(Address));
        await Source.ExecuteAsync(QmpCommands.Migrate, new Migrate(Address));
    }

    public Task<MigrationStatus> SourceReachesAsync(MigrationStatus status) => ReachAsync(_sourceEvents, SourceSaid, status);

    public Task<MigrationStatus> TargetReachesAsync(MigrationStatus status) => ReachAsync(_targetEvents, TargetSaid, status);

    public List<string> SourceSaid { get; } = [];

    public List<string> TargetSaid { get; } = [];

    /// <summary>Takes what both sides have said by now.</summary>
    public void Listen()
    {
        Drain(_sourceEvents, SourceSaid);
        Drain(_targetEvents, TargetSaid);
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Target.DisposeAsync();
        await Pair.DisposeAsync();
    }

    private static async Task<MigrationStatus> ReachAsync(QmpEventSubscription events, List<string> said, MigrationStatus status)
    {
        while (true)
        {
            said.Add(Tell(await events.ReadAsync(TestContext.Current.CancellationToken)));
            if (said[^1] == status.Value)
            {
                return status;
            }
        }
    }

    private static void Drain(QmpEventSubscription events, List<string> said)
    {
        while (events.TryRead(out var next))
        {
            said.Add(Tell(next));
        }
    }

    private static string Tell(QmpEvent said)
        => said.Name switch
        {
            "MIGRATION" => said.Data.GetProperty("status").GetString()!,
            "MIGRATION_PASS" => "PASS " + said.Data.GetProperty("pass").GetInt32(),
            _ => said.Name,
        };
}
