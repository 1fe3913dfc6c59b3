using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pve.Qmp.Commands;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Tests.Commands;

public sealed class CommandJsonTests
{
    [Fact]
    public void Commands_without_arguments_are_written_bare()
    {
        Writes(QmpCommands.QueryVersion, new QmpNothing(), """{"execute":"query-version","id":7}""");
        Writes(QmpCommands.Continue, new QmpNothing(), """{"execute":"cont","id":7}""");
        Writes(QmpCommands.MigrateCancel, new QmpNothing(), """{"execute":"migrate_cancel","id":7}""");
    }

    [Fact]
    public void Arguments_are_written_as_QEMU_reads_them()
    {
        Writes(QmpCommands.MigrateSetCapabilities,
            new([new(MigrationCapability.ReturnPath, true), new(new("x-new"), false)]),
            """{"execute":"migrate-set-capabilities","arguments":{"capabilities":[{"capability":"return-path","state":true},{"capability":"x-new","state":false}]},"id":7}""");
        Writes(QmpCommands.MigrateSetParameters,
            new() { DowntimeLimit = TimeSpan.FromMilliseconds(300), MaxBandwidth = 0, MultifdChannels = 4 },
            """{"execute":"migrate-set-parameters","arguments":{"max-bandwidth":0,"downtime-limit":300,"multifd-channels":4},"id":7}""");
        Writes(QmpCommands.Migrate, new("unix:/run/x"), """{"execute":"migrate","arguments":{"uri":"unix:/run/x"},"id":7}""");
        Writes(QmpCommands.MigrateIncoming, new("tcp:[::]:0"), """{"execute":"migrate-incoming","arguments":{"uri":"tcp:[::]:0"},"id":7}""");
        Writes(QmpCommands.MigrateContinue, new(MigrationStatus.PreSwitchover), """{"execute":"migrate-continue","arguments":{"state":"pre-switchover"},"id":7}""");
        Writes(QmpCommands.PhysicalMemorySave, new(4096, 512, "/tmp/m"), """{"execute":"pmemsave","arguments":{"val":4096,"size":512,"filename":"/tmp/m"},"id":7}""");
        Writes(QmpCommands.QomGet, new("/machine", "type"), """{"execute":"qom-get","arguments":{"path":"/machine","property":"type"},"id":7}""");
        Writes(QmpCommands.HumanMonitorCommand, new("info mtree"), """{"execute":"human-monitor-command","arguments":{"command-line":"info mtree"},"id":7}""");
        Writes(QmpCommands.Yank, new([new() { Type = "block-node", NodeName = "n0" }, new() { Type = "migration" }]),
            """{"exec-oob":"yank","arguments":{"instances":[{"type":"block-node","node-name":"n0"},{"type":"migration"}]},"id":7}""", outOfBand: true);
    }

    [Fact]
    public void Results_are_read_as_QEMU_writes_them()
    {
        Assert.Equal("10.0.2", Read(QmpCommands.QueryVersion, """{"qemu": {"micro": 2, "minor": 0, "major": 10}, "package": ""}""").Qemu.ToString());
        Assert.Equal(new StatusInfo { Running = false, Status = RunState.PostMigrate },
            Read(QmpCommands.QueryStatus, """{"status": "postmigrate", "singlestep": false, "running": false}"""));
        Assert.Equal([new(MigrationCapability.Xbzrle, false), new(MigrationCapability.Events, true)],
            Read(QmpCommands.QueryMigrateCapabilities, """[{"state": false, "capability": "xbzrle"}, {"state": true, "capability": "events"}]"""));
        Assert.Equal(new MigrationParameters { DowntimeLimit = TimeSpan.FromMilliseconds(300), MaxBandwidth = 134217728, CpuThrottleInitial = 20, TlsCreds = "" },
            Read(QmpCommands.QueryMigrateParameters, """{"cpu-throttle-initial": 20, "tls-creds": "", "downtime-limit": 300, "max-bandwidth": 134217728}"""));
        Assert.Equal(new MemorySizeSummary { BaseMemory = 1 << 27, PluggedMemory = 0 },
            Read(QmpCommands.QueryMemorySizeSummary, """{"base-memory": 134217728, "plugged-memory": 0}"""));
        Assert.Equal("a\r\nb", Read(QmpCommands.HumanMonitorCommand, "\"a\\r\\nb\""));
        Assert.Equal("x", Read(QmpCommands.QomGet, "\"x\"").GetString());
        Assert.Equal([new() { Type = "chardev", Id = "compat_monitor0" }, new() { Type = "block-node", NodeName = "n" }],
            Read(QmpCommands.QueryYank, """[{"type": "chardev", "id": "compat_monitor0"}, {"node-name": "n", "type": "block-node"}]"""));
        Assert.NotNull(Read(QmpCommands.Stop, "{}"));
    }

    // Zero often is "never" or "no limit" to QEMU, the contrary of a short time.
    [Fact]
    public void A_time_too_short_for_the_wire_does_not_become_zero()
    {
        Writes(QmpCommands.MigrateSetParameters, new() { DowntimeLimit = TimeSpan.Zero, AnnounceStep = TimeSpan.FromMilliseconds(2.9) },
            """{"execute":"migrate-set-parameters","arguments":{"downtime-limit":0,"announce-step":2},"id":7}""");
        AssertRefused(QmpCommands.MigrateSetParameters, new() { DowntimeLimit = TimeSpan.FromMilliseconds(0.9) }, "milliseconds");
        AssertRefused(QmpCommands.NbdServerStart, new(SocketAddress.Unix("/s")) { HandshakeMax = TimeSpan.FromMilliseconds(-500) }, "seconds");
        AssertRefused(QmpCommands.NetdevAdd, new NetdevTap("n") { Poll = TimeSpan.FromTicks(9) }, "microseconds");
        Writes(QmpCommands.ObjectAdd, new IothreadObject("t") { PollMax = TimeSpan.FromTicks(1) },
            """{"execute":"object-add","arguments":{"qom-type":"iothread","poll-max-ns":100,"id":"t"},"id":7}""");

        static void AssertRefused<TArguments, TResult>(QmpCommand<TArguments, TResult> command, TArguments arguments, string unit)
        {
            var refusal = Assert.Throws<ArgumentException>(() => JsonSerializer.Serialize(arguments, command.Arguments));
            Assert.Contains($"whole {unit}", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_name_that_QEMU_did_not_send_is_empty()
    {
        var status = Read(QmpCommands.QueryStatus, """{"running": true}""").Status;
        Assert.Equal(("", ""), (status.Value, status.ToString()));
    }

    // QEMU's own error would be about a null that nobody wrote.
    [Fact]
    public void A_name_that_was_not_set_is_written_empty()
        => Writes(QmpCommands.MigrateContinue, new(default), """{"execute":"migrate-continue","arguments":{"state":""},"id":7}""");

    [Fact]
    public void A_value_of_a_property_is_never_shown()
        => Assert.Equal("QomSet { Path = /objects/s, Property = data }", new QomSet("/objects/s", "data", JsonElement.Parse("\"hush\"")).ToString());

    [Fact]
    public void A_migration_is_read_whole()
    {
        var info = Read(QmpCommands.QueryMigrate, """
            {"expected-downtime": 300, "status": "active", "setup-time": 2, "total-time": 1234, "blocked-reasons": ["because"],
             "cpu-throttle-percentage": 20, "socket-address": [{"port": "60000", "type": "inet", "host": "::"}, {"type": "unix", "path": "/p"}],
             "ram": {"total": 1082859520, "postcopy-requests": 0, "dirty-sync-count": 3, "multifd-bytes": 0, "pages-per-second": 32710,
                     "downtime-bytes": 9, "page-size": 4096, "remaining": 5242880, "mbps": 268.5, "transferred": 3145728, "dirty-sync-missed-zero-copy": 0,
                     "precopy-bytes": 1, "duplicate": 100, "dirty-pages-rate": 50, "skipped": 0, "normal-bytes": 1, "normal": 200}}
            """);
        Assert.Equal((MigrationStatus.Active, TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(2), TimeSpan.FromMilliseconds(1234)),
            (info.Status, info.ExpectedDowntime, info.SetupTime, info.TotalTime));
        Assert.Equal((null, 20, null), (info.Downtime, info.CpuThrottlePercentage, info.ErrorDesc));
        Assert.Equal(["because"], info.BlockedReasons);
        Assert.Equal([new() { Type = "inet", Host = "::", Port = "60000" }, new() { Type = "unix", Path = "/p" }], info.SocketAddress);
        Assert.Equal(new MigrationRamStats
        {
            Total = 1082859520,
            Remaining = 5242880,
            Transferred = 3145728,
            Mbps = 268.5,
            DirtySyncCount = 3,
            DirtyPagesRate = 50,
            PageSize = 4096,
            Duplicate = 100,
            Skipped = 0,
            Normal = 200,
            NormalBytes = 1,
            PagesPerSecond = 32710,
            PrecopyBytes = 1,
            DowntimeBytes = 9,
            DirtySyncMissedZeroCopy = 0,
        }, info.Ram);
        Assert.Null(Read(QmpCommands.QueryMigrate, "{}").Status);
        Assert.Equal("why", Read(QmpCommands.QueryMigrate, """{"status": "failed", "error-desc": "why"}""").ErrorDesc);
    }

    [Fact]
    public void What_QEMU_does_not_send_is_null_or_empty()
    {
        Assert.Equal(new BlockInfo(), Read(QmpCommands.QueryBlock, "[{}]")[0]);
        Assert.Equal(("", ""), (Read(QmpCommands.QueryNamedBlockNodes, "[{}]")[0].Driver, Read(QmpCommands.QueryNamedBlockNodes, "[{}]")[0].Image.Filename));
        Assert.Empty(Read(QmpCommands.QueryBlockStats, "[{}]")[0].Stats.TimedStats);
        Assert.Null(Read(QmpCommands.QueryMigrate, "{}").Ram);
    }

    [Fact]
    public void Members_that_nobody_knew_are_kept()
    {
        var info = Read(QmpCommands.QueryMigrate, """{"status": "active", "warmth": {"a": [1]}, "ram": {"total": 5, "colour": "red"}}""");
        Assert.Equal("""{"a": [1]}""", Assert.Single(info.Others!).Value.GetRawText());
        Assert.Equal("red", info.Ram!.Others!["colour"].GetString());
        Assert.Equal(5, info.Ram.Total);
        Assert.Null(Read(QmpCommands.QueryMigrate, "{}").Others);
        Assert.Equal("snow", Read(QmpCommands.QueryBlockJobs, """[{"weather": "snow"}]""")[0].Others!["weather"].GetString());
        Assert.DoesNotContain("warmth", info.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Times_that_QEMU_has_lost_count_of_are_the_longest_there_are()
    {
        Assert.Equal(TimeSpan.MinValue, Read(QmpCommands.QueryMigrate, """{"expected-downtime": -9223372036854775808}""").ExpectedDowntime);
        Assert.Equal(TimeSpan.MaxValue, Read(QmpCommands.QueryMigrate, """{"dirty-limit-ring-full-time": 18446744073709551615}""").DirtyLimitRingFullTime);
    }

    [Fact]
    public void Times_are_read_in_the_units_of_each()
    {
        Assert.Equal([TimeSpan.FromMilliseconds(7), TimeSpan.Zero],
            Read(QmpCommands.QueryMigrate, """{"postcopy-vcpu-blocktime": [7, 0]}""").PostcopyVcpuBlocktime);
        Assert.Equal(TimeSpan.FromMicroseconds(15), Read(QmpCommands.QueryMigrate, """{"dirty-limit-throttle-time-per-round": 15}""").DirtyLimitThrottleTimePerRound);
        Assert.Equal(TimeSpan.FromSeconds(3), Read(QmpCommands.QueryDirtyRate, """{"calc-time": 3}""").CalcTime);
        Assert.Equal(TimeSpan.FromMicroseconds(32.7), Read(QmpCommands.QueryIothreads, """[{"poll-max-ns": 32768}]""")[0].PollMax);
    }

    [Fact]
    public void Names_that_nobody_knew_are_kept()
    {
        Assert.Equal("postcopy-device", Read(QmpCommands.QueryMigrate, """{"status": "postcopy-device"}""").Status?.Value);
        Assert.Equal("hibernated", Read(QmpCommands.QueryStatus, """{"status": "hibernated", "running": false}""").Status.ToString());
        Assert.Equal(new MigrationCapability("mapped-ram"), Read(QmpCommands.QueryMigrateCapabilities, """[{"state": true, "capability": "mapped-ram"}]""")[0].Capability);
    }

    internal static void Writes<TArguments, TResult>(QmpCommand<TArguments, TResult> command, TArguments arguments, string json, bool outOfBand = false)
    {
        var written = new ArrayBufferWriter<byte>();
        QmpCommandWriter.Write(command.Name, arguments, command.Arguments, id: 7, outOfBand, written, static (written, line) => written.Write(line));
        Assert.Equal(json + "\n", System.Text.Encoding.UTF8.GetString(written.WrittenSpan));
    }

    internal static TResult Read<TArguments, TResult>(QmpCommand<TArguments, TResult> command, string json)
        => JsonSerializer.Deserialize(json, (JsonTypeInfo<TResult>)command.Result)!;
}
