using System.IO.Pipelines;
using System.Text.Json;
using Pve.Qmp;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

/// <summary>
/// Every client's dialect with every server's: what a migration of a replicated guest does over the tunnel, and what over ssh, in which order;
/// and that nothing travels which the server would not understand.
/// </summary>
public sealed class DialectMatrixTests
{
    private const string AllOverSsh = "ssh:replication ssh:resume ssh:unlock";
    private const string ResumeOverTunnel = "ssh:replication tunnel:resume ssh:unlock";
    private const string AllOfV2 = "ssh:replication tunnel:resume tunnel:unlock";
    private const string AllOfOurs = "tunnel:set-replication-state tunnel:resume tunnel:unlock";

    private const string QuitAlone = "quit";
    private const string V1Lines = "resume 100|quit";
    private const string V2Lines = """{"cmd":"version"}|{"cmd":"resume"}|{"cmd":"unlock"}|{"cmd":"quit"}""";
    private const string OurLines = """{"cmd":"version"}|{"cmd":"set-replication-state","state":{}}|{"cmd":"resume"}|{"cmd":"unlock"}|{"cmd":"quit"}""";

    public static TheoryData<string, string, string?, string, string> Pairs => new()
    {
        // client, server, dialect agreed on, what is done which way, the lines that the server hears
        { "v0", "v0", "v0", AllOverSsh, QuitAlone },
        { "v0", "v1", "v0", AllOverSsh, QuitAlone },
        { "v0", "v2", "v0", AllOverSsh, QuitAlone },
        { "v0", "ours", "v0", AllOverSsh, QuitAlone },
        { "v1", "v0", "v0", AllOverSsh, QuitAlone },
        { "v1", "v1", "v1", ResumeOverTunnel, V1Lines },
        { "v1", "v2", null, AllOverSsh, QuitAlone }, // the server expects JSON from its greeting on: no dialect in common
        { "v1", "ours", null, AllOverSsh, QuitAlone },
        { "v2", "v0", "v0", AllOverSsh, QuitAlone },
        { "v2", "v1", "v1", ResumeOverTunnel, V1Lines },
        { "v2", "v2", "v2", AllOfV2, V2Lines },
        { "v2", "ours", "v2", AllOfV2, V2Lines },
        { "ours", "v0", "v0", AllOverSsh, QuitAlone },
        { "ours", "v1", "v1", ResumeOverTunnel, V1Lines },
        { "ours", "v2", "v2", AllOfV2, V2Lines },
        { "ours", "ours", "v2", AllOfOurs, OurLines },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public Task A_pair_migrates_each_command_by_the_best_way_both_have(
        string client, string server, string? dialect, string done, string lines) => RunAsync(async bench =>
    {
        List<string> calls = [], heard = [];
        var handler = new RecordingHandler(bench, calls, server == "ours");
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
        var ssh = new RecordingTarget(bench.Local(), calls);
        await using var target = new TunnelTarget(
            bench.Incoming(), new InProcessTransport((pipe, token) => MtunnelServer.ServeAsync(Heard(pipe, heard), handler, serverOptions, token)), ssh, clientOptions);
        var report = await bench.MigrateAsync(target, change: request => request with { IsReplicated = true });
        bench.AssertMigrated(report);
        Assert.Equal(dialect, target.Dialect);
        Assert.Equal(done, string.Join(' ', calls));

        // blank ones wake the way to a v1 peer, and want no answer; who has no other must not get them either
        var blank = heard.RemoveAll(line => line.Length == 0);
        Assert.True(blank == 0 || target.Dialect == "v1", $"{blank} blank lines");
        Assert.Equal(lines, string.Join('|', heard));
    });

    // What the server reads, noted line by line on its way.
    private static DuplexPipe Heard(IDuplexPipe pipe, List<string> lines)
    {
        var onward = new Pipe();
        _ = CopyAsync();
        return new DuplexPipe(onward.Reader, pipe.Output);

        async Task CopyAsync()
        {
            using var reader = new StreamReader(pipe.Input.AsStream());
            while (await reader.ReadLineAsync(Cancellation) is { } line)
            {
                lines.Add(line);
                await onward.Writer.WriteAsync(System.Text.Encoding.UTF8.GetBytes(line + "\n"), Cancellation);
            }

            await onward.Writer.CompleteAsync();
        }
    }

    private sealed record DuplexPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class RecordingHandler(EngineBench bench, List<string> calls, bool ours) : IMtunnelHandler
    {
        public IReadOnlyCollection<string> Commands { get; } = ours ? ["unlock", "set-replication-state", "status"] : ["unlock"];

        public async Task ResumeAsync(int vmid, CancellationToken cancellationToken)
        {
            calls.Add("tunnel:resume");
            await bench.Target.ExecuteAsync(QmpCommands.Continue, cancellationToken: cancellationToken);
        }

        public Task<JsonElement> ExecuteAsync(MtunnelRequest request, CancellationToken cancellationToken)
        {
            calls.Add($"tunnel:{request.Command}");
            return Task.FromResult(default(JsonElement));
        }
    }

    private sealed class RecordingTarget(IMigrationTarget inner, List<string> calls) : IMigrationTarget
    {
        public string Name => inner.Name;

        public string? Dialect => inner.Dialect;

        public Task<string> Lost => inner.Lost;

        public Task<QmpClient?> OpenAsync(CancellationToken cancellationToken) => inner.OpenAsync(cancellationToken);

        public Task<string> StartIncomingAsync(int vmId, CancellationToken cancellationToken) => inner.StartIncomingAsync(vmId, cancellationToken);

        public Task MakeReadyAsync(int vmId, CancellationToken cancellationToken) => inner.MakeReadyAsync(vmId, cancellationToken);

        public Task SetReplicationStateAsync(int vmId, CancellationToken cancellationToken)
        {
            calls.Add("ssh:replication");
            return inner.SetReplicationStateAsync(vmId, cancellationToken);
        }

        public Task<ResumeResult> ResumeAsync(int vmId, CancellationToken cancellationToken)
        {
            calls.Add("ssh:resume");
            return inner.ResumeAsync(vmId, cancellationToken);
        }

        public Task UnlockAsync(int vmId, CancellationToken cancellationToken)
        {
            calls.Add("ssh:unlock");
            return inner.UnlockAsync(vmId, cancellationToken);
        }

        public Task CloseAsync(CancellationToken cancellationToken) => inner.CloseAsync(cancellationToken);

        public Task DestroyAsync(int vmId, CancellationToken cancellationToken) => inner.DestroyAsync(vmId, cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
