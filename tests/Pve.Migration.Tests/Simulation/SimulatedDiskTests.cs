using System.Text.Json;
using Pve.Migration.Testing;
using Pve.Migration.Tests.Engine;
using Pve.Qmp;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Simulation;

/// <summary>A guest moves with its disk, or stays with it; at each step each fault.</summary>
public sealed class SimulatedDiskTests
{
    private const string Here = "/here/disk";
    private const string There = "/there/disk";

    private static readonly string[] Steps
        = ["check disks", "start incoming", "export disks", "mirror disks", "copy RAM", "finish mirrors", "stop exports", "hand over ownership", "resume"];

    private static readonly string[] Faults = ["cancelled", "target killed", "source killed", "source's monitor lost", "target frozen", "link cut"];

    public static IEnumerable<TheoryDataRow<string, string>> Everything
        => Steps.SelectMany(step => Faults.Select(fault => new TheoryDataRow<string, string>(step, fault)));

    [Fact]
    public Task The_guest_takes_its_disk_along() => OnBenchAsync(async bench =>
    {
        var report = await MigrateAsync(bench, Target(bench));
        bench.AssertMigrated(report);
        Assert.True(Image(bench, There).HoldsAllOf(Image(bench, Here)));
        Assert.Equal(Image(bench, Here).Bytes, Assert.Single(report.Disks).CopiedBytes);
    });

    [Fact]
    public Task R10_Nothing_writes_to_the_disk_any_more_when_the_guest_is_told_to_go_on() => OnBenchAsync(async bench =>
    {
        var target = Target(bench);
        target.Before = async call =>
        {
            if (call == "resume")
            {
                Assert.Empty(await bench.Spy.ExecuteAsync(QmpCommands.QueryBlockJobs, cancellationToken: Cancellation));
                Assert.Empty(await bench.Target.ExecuteAsync(QmpCommands.QueryBlockExports, cancellationToken: Cancellation));
            }
        };
        bench.AssertMigrated(await MigrateAsync(bench, target));
        Assert.Contains("resume", target.Calls);
    });

    [Fact]
    public Task A_disk_takes_as_long_as_its_data_over_the_link() => OnBenchAsync(async bench =>
    {
        var report = await MigrateAsync(bench, Target(bench));
        Assert.InRange(Line(report, "mirror disks").TotalSeconds, 2, 2.6); // 256 MiB at 1 Gbit/s
    });

    [Fact]
    public Task A_guest_that_shares_its_image_has_it_on_one_side_only() => RunAsync(async bench =>
    {
        bench.AssertMigrated(await bench.MigrateAsync(change: request => request with { EndsSource = false }));
        await bench.PassAsync(0.001); // the run state follows
        var refused = await Assert.ThrowsAsync<QmpCommandException>(() => bench.Source.ExecuteAsync(QmpCommands.Continue, cancellationToken: Cancellation));
        Assert.Equal("Failed to get \"write\" lock", refused.Description);
    }, SmallGuest with { Disks = [new SimulatedDisk("disk", Here)] });

    [Theory]
    [InlineData(0, false)]
    [InlineData(1_000, true)]
    public Task A_mirror_that_is_ready_finds_its_copy_lost_once_the_guest_writes_to_the_disk(long written, bool isFound) => OnBenchAsync(async bench =>
    {
        using var errors = bench.Spy.Subscribe("BLOCK_JOB_ERROR");
        await ExecuteAsync(bench.Target, "nbd-server-start", """{"addr":{"type":"unix","data":{"path":"/nbd"}}}""");
        await ExecuteAsync(bench.Target, "block-export-add", """{"type":"nbd","id":"e","node-name":"disk","writable":true}""");
        await ExecuteAsync(bench.Source, "blockdev-add", """{"driver":"nbd","node-name":"far","server":{"type":"unix","path":"/nbd"},"export":"disk"}""");
        using var ready = bench.Source.Subscribe("BLOCK_JOB_READY");
        await ExecuteAsync(bench.Source, "blockdev-mirror", """{"job-id":"m","device":"disk","target":"far","sync":"full"}""");
        await ready.ReadAsync(Cancellation);
        bench.Pair.Link.CutConnections();
        await bench.PassAsync(3600);
        Assert.Equal(isFound, errors.TryRead(out _));
    }, written);

    [Fact]
    public Task No_step_with_a_disk_is_left_out() => OnBenchAsync(async bench =>
    {
        var report = await MigrateAsync(bench, Target(bench));
        await using var without = await CreateAsync(bench.Time);
        var steps = Names(report).Except(Names(await without.MigrateAsync())).ToList();
        Assert.NotEmpty(steps);
        Assert.Empty(steps.Except(Steps));
    });

    [Theory]
    [MemberData(nameof(Everything))]
    public Task Whatever_goes_wrong_the_guest_keeps_its_disk(string step, string fault) => OnBenchAsync(async bench =>
    {
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var hit = 0;
        async Task HitAsync(string at)
        {
            if (at == step && Interlocked.Exchange(ref hit, 1) == 0)
            {
                await StrikeAsync(bench, fault, caller);
            }
        }

        // Nothing of ours is called between pre-switchover and the end of the mirrors.
        using var events = bench.Spy.Subscribe("JOB_STATUS_CHANGE");
        var waiting = step == "finish mirrors" ? HearAsync(events, () => HitAsync(step)) : Task.CompletedTask;
        var target = Target(bench);
        target.Before = bench.Ownership.Before = HitAsync;
        var report = await MigrateAsync(bench, target, new Handler(progress => _ = HitAsync(progress.Step)), caller.Token);
        await waiting;
        await bench.PassAsync(5);

        Assert.Equal(1, hit);
        await AssertWholeAsync(bench, report, fault);
    });

    private static async Task HearAsync(QmpEventSubscription events, Func<Task> hit)
    {
        while ((await events.ReadAsync(Cancellation)).Data.GetProperty("status").GetString() != "standby")
        {
        }

        await hit();
    }

    private static async Task AssertWholeAsync(EngineBench bench, MigrationReport report, string fault)
    {
        Assert.False(bench.Pair.EverTwoRan);
        if (fault == "source killed")
        {
            // It took the guest with it, unless the target had it whole.
            Assert.False(report.Outcome is MigrationOutcome.RolledBack, $"{report.Outcome}");
        }
        else
        {
            bench.AssertSafe(report);
            await bench.AssertNothingIsLeftAsync(report);
        }

        if (bench.Pair.Runs.Any(run => run.Vm == bench.Pair.Target))
        {
            Assert.True(Image(bench, There).HoldsAllOf(Image(bench, Here)), $"{report.Outcome}");
        }
    }

    private static async Task StrikeAsync(EngineBench bench, string fault, CancellationTokenSource caller)
    {
        switch (fault)
        {
            case "cancelled":
                await caller.CancelAsync();
                break;
            case "target killed":
                bench.Pair.Target.Kill();
                await bench.PassAsync(0.001);
                break;
            case "source killed":
                bench.Pair.Source.Kill();
                await bench.PassAsync(0.001);
                break;
            case "source's monitor lost":
                await bench.LoseSourceMonitorAsync();
                break;
            case "link cut":
                bench.Pair.Link.CutConnections();
                break;
            default:
                bench.Pair.Target.Freeze();
                break;
        }
    }

    private static IEnumerable<string> Names(MigrationReport report)
        => report.Ledger.Lines.Select(line => line.Name).Where(name => !name.EndsWith("(QEMU)", StringComparison.Ordinal) && name != "notice pre-switchover");

    private static Task<JsonElement> ExecuteAsync(QmpClient client, string command, string arguments)
        => client.ExecuteAsync(command, JsonElement.Parse(arguments), cancellationToken: Cancellation);

    private static Task OnBenchAsync(Func<EngineBench, Task> body, long written = 1_000_000)
    {
        var guest = SmallGuest with { Disks = [new SimulatedDisk("disk", Here) { Bytes = 256L << 20, WrittenBytesPerSecond = written }] };
        return RunAsync(body, guest, guest with { Name = "target", Incoming = true, StartPaused = true, Disks = [guest.Disks[0] with { Path = There }] });
    }

    private static HookedTarget Target(EngineBench bench) => new(new LocalTarget(bench.IncomingWithDisks()));

    private static Task<MigrationReport> MigrateAsync(
        EngineBench bench, IMigrationTarget target, IProgress<MigrationProgress>? progress = null, CancellationToken? cancellation = null)
        => bench.MigrateAsync(target, progress: progress, change: request => request with { Disks = [new MigrationDisk("disk")] }, cancellation: cancellation);

    private static SimulatedImage Image(EngineBench bench, string path) => bench.Pair.Link.FindImage(path)!;
}
