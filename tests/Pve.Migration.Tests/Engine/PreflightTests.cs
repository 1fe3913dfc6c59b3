using Pve.Migration.Engine.Preflight;
using Pve.Migration.Testing;
using Pve.Qmp;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

public sealed class PreflightTests
{
    [Fact]
    public Task A_sound_pair_has_nothing_but_information() => RunAsync(async bench =>
    {
        var findings = await PreflightAsync(bench, bench.Local());
        Assert.All(findings, finding => Assert.Equal(PreflightSeverity.Information, finding.Severity));
        Assert.Contains(findings, finding => finding.Id == "clock");
    });

    [Fact]
    public Task It_only_asks_and_leaves_both_sides_as_they_were() => RunAsync(async bench =>
    {
        var before = (await SettingsAsync(bench.Spy), await SettingsAsync(bench.Target));
        var target = bench.Local();
        using var events = bench.Spy.Subscribe();

        using (var spans = new SpanCollector("Pve.Qmp"))
        {
            await PreflightAsync(bench, target);
            await bench.PassAsync(10);
            await bench.Spy.ExecuteAsync(QmpCommands.QueryName, cancellationToken: Cancellation);
            await spans.SeeAsync("query-name", Cancellation);
            Assert.NotEmpty(spans.Spans);
            Assert.All(spans.Spans, span => Assert.Matches("^(query-|qom-get$|qom-list$)", span.OperationName));
        }

        Assert.Equal(before, (await SettingsAsync(bench.Spy), await SettingsAsync(bench.Target)));
        Assert.Equal(["open target", "close tunnel"], target.Calls);
        Assert.Empty(bench.Ownership.Calls);
        Assert.True(bench.Pair.Source.IsGuestRunning);
        Assert.True(bench.Pair.Target.IsAlive);
        Assert.False(events.TryRead(out _));
        bench.AssertMigrated(await bench.MigrateAsync(bench.Local()));
    });

    [Fact]
    public Task All_that_is_wrong_is_found_at_once_and_ends_the_real_run_before_anything_is_touched() => RunAsync(
        async bench =>
        {
            var findings = await PreflightAsync(bench, bench.Local());
            var errors = findings.Where(finding => finding.Severity == PreflightSeverity.Error).ToList();
            Assert.Equal(["machine", "ram"], errors.Select(finding => finding.Id));
            Assert.All(errors, error => Assert.NotNull(error.Remedy));

            var before = await SettingsAsync(bench.Spy);
            var report = await bench.MigrateAsync();
            var failure = bench.AssertRolledBack(report);
            Assert.Equal("check target", failure.Step);
            Assert.All(errors, error => Assert.Contains(error.Text, failure.Message, StringComparison.Ordinal));
            Assert.Equal(errors, report.Findings.Where(finding => finding.Severity == PreflightSeverity.Error));
            Assert.Equal(["open target", "check source", "check target", "roll back"], report.Ledger.Lines.Select(line => line.Name));
            Assert.Equal(before, await SettingsAsync(bench.Spy));
            Assert.Empty(bench.Ownership.Calls);
        },
        target: SmallGuest with { Incoming = true, StartPaused = true, MemoryBytes = 128L << 20, MachineType = "pc-q35-7.2" });

    [Theory]
    [InlineData(GoalFallback.Abort, PreflightSeverity.Error)]
    [InlineData(GoalFallback.PostCopy, PreflightSeverity.Error)]
    [InlineData(GoalFallback.Pause, PreflightSeverity.Warning)]
    public Task A_goal_that_cannot_be_kept_is_a_finding(GoalFallback otherwise, PreflightSeverity severity) => RunAsync(async bench =>
    {
        var goal = new MigrationGoal { Pause = TimeSpan.FromMilliseconds(1), Time = TimeSpan.FromMinutes(1), Else = otherwise };
        var finding = Assert.Single(await PreflightAsync(bench, bench.Local(), request => request with { Goal = goal }), finding => finding.Id == "goal");
        Assert.Equal(severity, finding.Severity);
    });

    [Fact]
    public Task A_certificate_without_a_name_to_look_for_is_a_finding() => RunAsync(async bench =>
    {
        var tls = new TransferPolicy { Tls = MigrationTls.X509("/a", "/b") };
        var finding = Assert.Single(await PreflightAsync(bench, bench.Local(), request => request with { Transfer = tls }), finding => finding.Id == "tls");
        Assert.Equal((PreflightSeverity.Error, "Set HostName."), (finding.Severity, finding.Remedy));
    });

    [Fact]
    public Task A_way_that_is_not_open_is_a_finding() => RunAsync(async bench =>
    {
        var target = bench.Local();
        target.Before = call => call == "open target" ? throw new MigrationTargetException("no route", "Look at the cable.") : Task.CompletedTask;
        var findings = await PreflightAsync(bench, target);
        Assert.Contains(findings, finding => finding is { Id: "target", Severity: PreflightSeverity.Error, Text: "no route", Remedy: "Look at the cable." });
    });

    [Fact]
    public Task A_monitor_that_is_lost_is_a_finding() => RunAsync(async bench =>
    {
        await bench.LoseSourceMonitorAsync();
        await bench.Source.Ended;
        var finding = Assert.Single(await PreflightAsync(bench, bench.Local()), finding => finding.Severity == PreflightSeverity.Error);
        Assert.Equal("monitor", finding.Id);
    });

    [Theory]
    [InlineData(0, PreflightSeverity.Information)]
    [InlineData(-0.9, PreflightSeverity.Information)]
    [InlineData(-5, PreflightSeverity.Warning)]
    [InlineData(3600, PreflightSeverity.Warning)]
    public Task A_host_whose_clock_is_off_is_told(double seconds, PreflightSeverity severity) => RunAsync(async bench =>
    {
        var target = bench.Local();
        target.Clock = async () =>
        {
            await bench.PassAsync(0.2);
            var told = bench.Time.GetUtcNow() + TimeSpan.FromSeconds(seconds);
            await bench.PassAsync(0.2);
            return told;
        };
        var finding = Assert.Single(await PreflightAsync(bench, target), finding => finding.Id == "clock");
        Assert.Equal(severity, finding.Severity);
        Assert.Contains("give or take 0.200 s", finding.Text, StringComparison.Ordinal);
    });

    [Theory]
    [InlineData(99, PreflightSeverity.Error)]
    [InlineData(100, PreflightSeverity.Warning)]
    [InlineData(255, PreflightSeverity.Warning)]
    [InlineData(256, null)]
    public Task A_target_without_room_for_what_a_disk_holds_is_an_error_and_without_room_to_grow_a_warning(int freeMiB, PreflightSeverity? severity)
    {
        var guest = SmallGuest with { Disks = [new SimulatedDisk("disk", "/here") { Bytes = 256L << 20, DataBytes = 100L << 20 }] };
        var there = guest with { Incoming = true, StartPaused = true, Disks = [guest.Disks[0] with { Path = "/there", DataBytes = 0 }] };
        return RunAsync(
            async bench =>
            {
                var target = bench.Local();
                target.FreeBytes = (long)freeMiB << 20;
                var findings = await PreflightAsync(bench, target, request => request with { Disks = [new MigrationDisk("disk")] });
                Assert.Equal(severity, findings.SingleOrDefault(finding => finding.Id == "disk-space")?.Severity);
            },
            guest, there);
    }

    // Each needs 100 MiB, and may grow by 256.
    [Theory]
    [InlineData("/there/one", "/there/two", 199, 1)]
    [InlineData("/there/one", "/elsewhere/two", 256, 0)]
    public Task Disks_in_one_folder_share_its_room(string one, string two, int freeMiB, int errors)
    {
        SimulatedDisk[] disks = [new("one", "/here/one"), new("two", "/here/two")];
        var guest = SmallGuest with { Disks = [.. disks.Select(disk => disk with { Bytes = 256L << 20, DataBytes = 100L << 20 })] };
        var there = guest with
        {
            Incoming = true,
            StartPaused = true,
            Disks = [guest.Disks[0] with { Path = one, DataBytes = 0 }, guest.Disks[1] with { Path = two, DataBytes = 0 }],
        };
        return RunAsync(
            async bench =>
            {
                var target = bench.Local();
                target.FreeBytes = (long)freeMiB << 20;
                var findings = await PreflightAsync(bench, target, request => request with { Disks = [new MigrationDisk("one"), new MigrationDisk("two")] });
                var found = findings.Where(finding => finding.Id == "disk-space").ToList();
                Assert.Equal(errors, found.Count);
                Assert.All(found, finding => Assert.Equal(PreflightSeverity.Error, finding.Severity));
                Assert.All(found, finding => Assert.StartsWith("The disks 'one', 'two' together need", finding.Text, StringComparison.Ordinal));
            },
            guest, there);
    }

    [Fact]
    public Task Files_that_may_be_another_hosts_are_warned_of_and_refuse_nothing() => RunAsync(async bench =>
    {
        var folder = Directory.CreateTempSubdirectory("pve-tls-").FullName;
        try
        {
            foreach (var side in new[] { "here", "there" })
            {
                Directory.CreateDirectory(Path.Combine(folder, side));
                await File.WriteAllTextAsync(Path.Combine(folder, side, "keys.psk"), $"qemu:{side}\n", Cancellation);
            }

            await using var source = await NamedAsync(bench.Pair.Source, "unix:/run/source.qmp");
            await using var target = await NamedAsync(bench.Pair.Target, "unix:/run/forwarded.qmp");
            var findings = new Findings();
            TlsCheck.Run(MigrationTls.Psk(Path.Combine(folder, "here"), Path.Combine(folder, "there")), source, target, bench.Time.GetUtcNow(), findings);
            Assert.Equal(PreflightSeverity.Warning, Assert.Single(findings.All).Severity);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Task<QmpClient> NamedAsync(SimulatedQemu qemu, string name)
            => QmpClient.ConnectAsync(qemu.OpenMonitor(), name, new QmpClientOptions { TimeProvider = bench.Time }, Cancellation);
    });

    private static Task<IReadOnlyList<PreflightFinding>> PreflightAsync(
        EngineBench bench, IMigrationTarget target, Func<MigrationRequest, MigrationRequest>? change = null)
    {
        var request = bench.Request(target);
        return new LiveMigrator(new LiveMigratorOptions { TimeProvider = bench.Time }).PreflightAsync(change?.Invoke(request) ?? request, Cancellation);
    }
}
