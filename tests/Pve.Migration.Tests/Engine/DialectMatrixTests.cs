using System.Text.Json;
using Pve.Qmp;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

/// <summary>Every client's dialect with every server's: what a migration of a replicated guest does over the tunnel, and what over ssh.</summary>
public sealed class DialectMatrixTests
{
    private const string None = "";

    public static TheoryData<string, string, string, string> Pairs => new()
    {
        // client, server, over the tunnel, over ssh
        { "v0", "v0", None, "replication resume unlock" },
        { "v0", "v1", None, "replication resume unlock" },
        { "v0", "v2", None, "replication resume unlock" },
        { "v0", "ours", None, "replication resume unlock" },
        { "v1", "v0", None, "replication resume unlock" },
        { "v1", "v1", "resume", "replication unlock" },
        { "v1", "v2", None, "replication resume unlock" }, // the server expects JSON from its greeting on
        { "v1", "ours", None, "replication resume unlock" },
        { "v2", "v0", None, "replication resume unlock" },
        { "v2", "v1", "resume", "replication unlock" },
        { "v2", "v2", "resume unlock", "replication" },
        { "v2", "ours", "resume unlock", "replication" },
        { "ours", "v0", None, "replication resume unlock" },
        { "ours", "v1", "resume", "replication unlock" },
        { "ours", "v2", "resume unlock", "replication" },
        { "ours", "ours", "set-replication-state resume unlock", None },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public Task A_pair_migrates_each_command_by_the_best_way_both_have(string client, string server, string overTunnel, string overSsh) => RunAsync(async bench =>
    {
        var handler = new RecordingHandler(bench, server == "ours");
        var serverOptions = new MtunnelServerOptions
        {
            Dialect = server switch { "v0" => MtunnelDialect.V0, "v1" => MtunnelDialect.V1, _ => MtunnelDialect.V2 }, Vmid = 100,
        };
        var clientOptions = new MtunnelClientOptions
        {
            TimeProvider = bench.Time,
            HighestDialect = client switch { "v0" => MtunnelDialect.V0, "v1" => MtunnelDialect.V1, _ => MtunnelDialect.V2 },
            UseCapabilities = client == "ours",
        };
        var ssh = new RecordingTarget(bench.Local());
        await using var target = new TunnelTarget(
            bench.Incoming(), new InProcessTransport((pipe, token) => MtunnelServer.ServeAsync(pipe, handler, serverOptions, token)), ssh, clientOptions);
        var report = await bench.MigrateAsync(target, change: request => request with { IsReplicated = true });
        bench.AssertMigrated(report);
        Assert.Equal(overTunnel, string.Join(' ', handler.Calls));
        Assert.Equal(overSsh, string.Join(' ', ssh.Calls));
    });

    private sealed class RecordingHandler(EngineBench bench, bool ours) : IMtunnelHandler
    {
        public List<string> Calls { get; } = [];

        public IReadOnlyCollection<string> Commands { get; } = ours ? ["unlock", "set-replication-state", "status"] : ["unlock"];

        public async Task ResumeAsync(int vmid, CancellationToken cancellationToken)
        {
            Calls.Add("resume");
            await bench.Target.ExecuteAsync(QmpCommands.Continue, cancellationToken: cancellationToken);
        }

        public Task<JsonElement> ExecuteAsync(MtunnelRequest request, CancellationToken cancellationToken)
        {
            Calls.Add(request.Command);
            return Task.FromResult(default(JsonElement));
        }
    }

    private sealed class RecordingTarget(IMigrationTarget inner) : IMigrationTarget
    {
        public List<string> Calls { get; } = [];

        public string Name => inner.Name;

        public string? Dialect => inner.Dialect;

        public Task<string> Lost => inner.Lost;

        public Task<QmpClient?> OpenAsync(CancellationToken cancellationToken) => inner.OpenAsync(cancellationToken);

        public Task<string> StartIncomingAsync(int vmId, CancellationToken cancellationToken) => inner.StartIncomingAsync(vmId, cancellationToken);

        public Task MakeReadyAsync(int vmId, CancellationToken cancellationToken) => inner.MakeReadyAsync(vmId, cancellationToken);

        public Task SetReplicationStateAsync(int vmId, CancellationToken cancellationToken)
        {
            Calls.Add("replication");
            return inner.SetReplicationStateAsync(vmId, cancellationToken);
        }

        public Task<ResumeResult> ResumeAsync(int vmId, CancellationToken cancellationToken)
        {
            Calls.Add("resume");
            return inner.ResumeAsync(vmId, cancellationToken);
        }

        public Task UnlockAsync(int vmId, CancellationToken cancellationToken)
        {
            Calls.Add("unlock");
            return inner.UnlockAsync(vmId, cancellationToken);
        }

        public Task CloseAsync(CancellationToken cancellationToken) => inner.CloseAsync(cancellationToken);

        public Task DestroyAsync(int vmId, CancellationToken cancellationToken) => inner.DestroyAsync(vmId, cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
