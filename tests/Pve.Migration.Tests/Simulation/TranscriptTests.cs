using System.IO.Pipelines;
using Pve.Migration.Testing;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Tests.Simulation;

public sealed class TranscriptTests
{
    private const string Address = "tcp:10.0.0.2:60000";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_source_of_a_migration_is_replayed_to_the_microsecond_without_a_target()
    {
        var recorded = "";
        var time = new VirtualTime();
        await time.RunAsync(async () =>
        {
            await using var pair = new SimulatedPair(new SimulatedLinkOptions { TimeProvider = time });
            await using (var target = await QmpClient.ConnectAsync(pair.Target.OpenMonitor(), "target", new QmpClientOptions { TimeProvider = time }, Cancellation))
            {
                await target.ExecuteAsync(QmpCommands.MigrateIncoming, new MigrateIncoming(Address), cancellationToken: Cancellation);
            }

            recorded = await MigrateAsync(pair.Source.OpenMonitor(), time);
        }, Cancellation);
        var transcript = QmpTranscript.Parse(recorded);
        Assert.Contains(transcript.Entries, entry => entry.Text.Contains("\"completed\"", StringComparison.Ordinal));
        Assert.True(transcript.Entries[^1].Time > TimeSpan.FromSeconds(5));

        var again = new VirtualTime();
        await again.RunAsync(async () =>
        {
            await using var replay = new QmpReplay(transcript, new QmpReplayOptions { TimeProvider = again });
            Assert.Equal(recorded, await MigrateAsync(replay.Connection, again));
            await replay.Completion;
        }, Cancellation);
    }

    // The transcript of a client that starts a migration, polls it every 50 ms and hears of its end.
    private static async Task<string> MigrateAsync(IDuplexPipe connection, VirtualTime time)
    {
        var file = new StringWriter();
        await using (var recorder = new QmpRecorder(file))
        {
            await using var source = await QmpClient.ConnectAsync(
                connection, "source", new QmpClientOptions { TimeProvider = time, Recorder = recorder }, Cancellation);
            using var events = source.Subscribe("MIGRATION");
            await source.ExecuteAsync(
                QmpCommands.MigrateSetCapabilities, new MigrateSetCapabilities([new MigrationCapabilityStatus(MigrationCapability.Events, true)]),
                cancellationToken: Cancellation);
            await source.ExecuteAsync(QmpCommands.Migrate, new Migrate(Address), cancellationToken: Cancellation);
            while (!events.TryRead(out var change) || change.Data.GetProperty("status").GetString() != MigrationStatus.Completed.ToString())
            {
                if (change is null)
                {
                    await source.ExecuteAsync(QmpCommands.QueryMigrate, cancellationToken: Cancellation);
                    await Task.Delay(TimeSpan.FromMilliseconds(50), time, Cancellation);
                }
            }
        }

        return file.ToString();
    }
}
