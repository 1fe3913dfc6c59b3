using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Pve.Migration.Testing;
using Pve.Qmp;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

/// <summary>
/// Every client's dialect with every server's: what a migration of a replicated guest, and of one with a disk, does over the tunnel, and what over
/// ssh, in which order; and that nothing travels which the server would not understand.
/// </summary>
public sealed class DialectMatrixTests
{
    private const string AllOverSsh = "ssh:replication ssh:resume ssh:unlock";
    private const string ResumeOverTunnel = "ssh:replication tunnel:resume ssh:unlock";
    private const string AllOfV2 = "ssh:replication tunnel:resume tunnel:unlock";
    private const string AllOfOurs = "tunnel:set-replication-state tunnel:resume-when-completed tunnel:unlock";

    private const string QuitAlone = "quit";
    private const string V1Lines = "resume 100|quit";
    private const string V2Lines = """{"cmd":"version"}|{"cmd":"resume"}|{"cmd":"unlock"}|{"cmd":"quit","cleanup":0}""";
    private const string OurLines = """{"cmd":"version"}|{"cmd":"set-replication-state","state":{}}|{"cmd":"resume-when-completed"}|{"cmd":"unlock"}|{"cmd":"quit","cleanup":0}""";

    public static TheoryData<string, string, string?, string, string, string> Pairs => new()
    {
        // client, server, dialect agreed on, what is done which way, the lines that the server hears, and which way nbdstop goes where there are disks
        { "v0", "v0", "v0", AllOverSsh, QuitAlone, "ssh" },
        { "v0", "v1", "v0", AllOverSsh, QuitAlone, "ssh" },
        { "v0", "v2", "v0", AllOverSsh, QuitAlone, "ssh" },
        { "v0", "ours", "v0", AllOverSsh, QuitAlone, "ssh" },
        { "v1", "v0", "v0", AllOverSsh, QuitAlone, "ssh" },
        { "v1", "v1", "v1", ResumeOverTunnel, V1Lines, "ssh" },
        { "v1", "v2", null, AllOverSsh, QuitAlone, "ssh" }, // the server expects JSON from its greeting on: no dialect in common
        { "v1", "ours", null, AllOverSsh, QuitAlone, "ssh" },
        { "v2", "v0", "v0", AllOverSsh, QuitAlone, "ssh" },
        { "v2", "v1", "v1", ResumeOverTunnel, V1Lines, "ssh" },
        { "v2", "v2", "v2", AllOfV2, V2Lines, "tunnel" },
        { "v2", "ours", "v2", AllOfV2, V2Lines, "tunnel" },
        { "ours", "v0", "v0", AllOverSsh, QuitAlone, "ssh" },
        { "ours", "v1", "v1", ResumeOverTunnel, V1Lines, "ssh" },
        { "ours", "v2", "v2", AllOfV2, V2Lines, "tunnel" },
        { "ours", "ours", "v2", AllOfOurs, OurLines, "tunnel" },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public Task A_pair_migrates_each_command_by_the_best_way_both_have(
        string client, string server, string? dialect, string done, string lines, string nbdstop) => RunAsync(bench =>
    {
        _ = nbdstop; // there are no disks
        return MigrateAsync(bench, client, server, bench.Incoming(), tunnel => tunnel, [], dialect, done, lines);
    });

    // The target's monitor is out of reach, as a node's is: else whoever has it ends the exports with it.
    [Theory]
    [MemberData(nameof(Pairs))]
    public Task A_pair_stops_a_disks_export_by_the_best_way_both_have(
        string client, string server, string? dialect, string done, string lines, string nbdstop)
    {
        var guest = SmallGuest with { Disks = [new SimulatedDisk("disk", "/here/disk") { Bytes = 16L << 20 }] };
        var there = guest with { Name = "target", Incoming = true, StartPaused = true, Disks = [guest.Disks[0] with { Path = "/there/disk" }] };
        return RunAsync(
            bench =>
            {
                var qemu = IncomingQemu.OutOfReach(Address, _ => Task.CompletedTask);
                var heard = nbdstop == "tunnel" ? lines.Insert(lines.IndexOf('|') + 1, """{"cmd":"nbdstop"}|""") : lines;
                return MigrateAsync(
                    bench, client, server, qemu, tunnel => new NodesTarget(tunnel, bench), [new MigrationDisk("disk")], dialect, $"{nbdstop}:nbdstop {done}", heard);
            },
            guest, there);
    }

    private static async Task MigrateAsync(
        EngineBench bench, string client, string server, IncomingQemu qemu, Func<TunnelTarget, IMigrationTarget> wrap, IReadOnlyList<MigrationDisk> disks,
        string? dialect, string done, string lines)
    {
        List<string> calls = [];
        using var sent = new MemoryStream();
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
        var ssh = new RecordingTarget(bench.Local(), bench, calls);
        var transport = new InProcessTransport((pipe, token) => MtunnelServer.ServeAsync(pipe, handler, serverOptions, token));
        await using var target = new TunnelTarget(qemu, new NotedTransport(transport, sent), ssh, clientOptions);
        var report = await bench.MigrateAsync(wrap(target), change: request => request with { IsReplicated = true, Disks = disks });
        bench.AssertMigrated(report);
        Assert.Equal(dialect, target.Dialect);
        Assert.Equal(done, string.Join(' ', calls));

        // blank ones wake the way to a v1 peer, and want no answer; who has no other must not get them either
        await target.DisposeAsync();
        var said = Encoding.UTF8.GetString(sent.ToArray());
        Assert.EndsWith("\n", said, StringComparison.Ordinal);
        var all = said[..^1].Split('\n');
        var told = all.Where(line => line.Length > 0).ToArray();
        Assert.True(told.Length == all.Length || target.Dialect == "v1", $"{all.Length - told.Length} blank lines");
        Assert.Equal(lines, string.Join('|', told));
    }

    // Notes what the client sends as it is written: what the server reads of it, it reads on another thread, and perhaps after its end was told.
    private sealed class NotedTransport(IMtunnelTransport inner, Stream sent) : IMtunnelTransport
    {
        public string Name => inner.Name;

        public async Task<IMtunnelConnection> ConnectAsync(CancellationToken cancellationToken)
            => new NotedConnection(await inner.ConnectAsync(cancellationToken), sent);
    }

    private sealed class NotedConnection(IMtunnelConnection inner, Stream sent) : IMtunnelConnection
    {
        public PipeReader Input => inner.Input;

        public PipeWriter Output { get; } = new NotedWriter(inner.Output, sent);

        public Task<string> Ended => inner.Ended;

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class NotedWriter(PipeWriter inner, Stream sent) : PipeWriter
    {
        private Memory<byte> _memory;

        public override void Advance(int bytes)
        {
            sent.Write(_memory.Span[..bytes]);
            _memory = _memory[bytes..];
            inner.Advance(bytes);
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => _memory = inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);
    }

    private sealed class RecordingHandler(EngineBench bench, List<string> calls, bool ours) : IMtunnelHandler
    {
        public IReadOnlyCollection<string> Commands { get; } = ours ? ["unlock", "nbdstop", "set-replication-state", "status", "resume-when-completed"] : ["unlock", "nbdstop"];

        public async Task ResumeAsync(int vmid, CancellationToken cancellationToken)
        {
            calls.Add("tunnel:resume");
            await bench.Target.ExecuteAsync(QmpCommands.Continue, cancellationToken: cancellationToken);
        }

        public async Task<JsonElement> ExecuteAsync(MtunnelRequest request, CancellationToken cancellationToken)
        {
            calls.Add($"tunnel:{request.Command}");
            switch (request.Command)
            {
                case "resume-when-completed":
                    await bench.Target.ExecuteAsync(QmpCommands.Continue, cancellationToken: cancellationToken);
                    break;
                case "nbdstop":
                    await bench.Target.ExecuteAsync(QmpCommands.NbdServerStop, cancellationToken: cancellationToken);
                    break;
            }

            return default;
        }
    }

    // A node that starts its QEMU and its disks' exports by itself, and leaves the rest to the tunnel.
    private sealed class NodesTarget(TunnelTarget tunnel, EngineBench bench) : IMigrationTarget
    {
        private readonly IncomingQemu _qemu = new(bench.Target, Address) { DisksListenUri = "unix:/run/100.nbd" };

        public string Name => tunnel.Name;

        public string? Dialect => tunnel.Dialect;

        public Task<string> Lost => tunnel.Lost;

        public Task<QmpClient?> OpenAsync(CancellationToken cancellationToken) => tunnel.OpenAsync(cancellationToken);

        public Task<string> StartIncomingAsync(int vmId, CancellationToken cancellationToken) => _qemu.ListenAsync(cancellationToken);

        public Task<IReadOnlyList<DiskExport>> ExportDisksAsync(
            int vmId, IReadOnlyList<MigrationDisk> disks, ExportTls? tls, CancellationToken cancellationToken)
            => _qemu.ExportDisksAsync(disks, tls, cancellationToken);

        public Task StopExportsAsync(int vmId, CancellationToken cancellationToken) => tunnel.StopExportsAsync(vmId, cancellationToken);

        public Task MakeReadyAsync(int vmId, CancellationToken cancellationToken) => tunnel.MakeReadyAsync(vmId, cancellationToken);

        public Task WakeAsync() => tunnel.WakeAsync();

        public Task SetReplicationStateAsync(int vmId, CancellationToken cancellationToken) => tunnel.SetReplicationStateAsync(vmId, cancellationToken);

        public Task<ResumeResult> ResumeAsync(int vmId, CancellationToken cancellationToken) => tunnel.ResumeAsync(vmId, cancellationToken);

        public Task UnlockAsync(int vmId, CancellationToken cancellationToken) => tunnel.UnlockAsync(vmId, cancellationToken);

        public Task CloseAsync(CancellationToken cancellationToken) => tunnel.CloseAsync(cancellationToken);

        public Task DestroyAsync(int vmId, CancellationToken cancellationToken) => tunnel.DestroyAsync(vmId, cancellationToken);

        public ValueTask DisposeAsync() => tunnel.DisposeAsync();
    }

    private sealed class RecordingTarget(IMigrationTarget inner, EngineBench bench, List<string> calls) : IMigrationTarget
    {
        public string Name => inner.Name;

        public string? Dialect => inner.Dialect;

        public Task<string> Lost => inner.Lost;

        public Task<QmpClient?> OpenAsync(CancellationToken cancellationToken) => inner.OpenAsync(cancellationToken);

        public Task<string> StartIncomingAsync(int vmId, CancellationToken cancellationToken) => inner.StartIncomingAsync(vmId, cancellationToken);

        public Task MakeReadyAsync(int vmId, CancellationToken cancellationToken) => inner.MakeReadyAsync(vmId, cancellationToken);

        public Task StopExportsAsync(int vmId, CancellationToken cancellationToken)
        {
            calls.Add("ssh:nbdstop");
            return bench.Target.ExecuteAsync(QmpCommands.NbdServerStop, cancellationToken: cancellationToken);
        }

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
