using System.Text.Json;
using CsCheck;
using Pve.Migration.Testing;
using Pve.Migration.Testing.Simulation;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Tests.Simulation;

/// <summary>What flows over one link shares its bandwidth.</summary>
public sealed class SharedLinkTests : IAsyncDisposable
{
    private const long Bandwidth = 100_000_000;
    private const long Ram = 1_000_000_000;

    private readonly VirtualTime _time = new();
    private readonly SimulatedLink _link;
    private readonly List<IAsyncDisposable> _all = [];

    public SharedLinkTests() => _link = new SimulatedLink(new SimulatedLinkOptions { TimeProvider = _time, BytesPerSecond = Bandwidth });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public Task Two_that_leave_at_once_take_twice_as_long() => _time.RunAsync(async () =>
    {
        await Task.WhenAll(await MigrateAsync("one", 0), await MigrateAsync("two", 0));
        Assert.InRange(_time.Elapsed.TotalSeconds, 20, 20.2);
    }, Cancellation);

    [Fact]
    public Task Two_that_meet_on_the_way_do_not_disturb_each_other() => _time.RunAsync(async () =>
    {
        await Task.WhenAll(await MigrateAsync("one", 0), await MigrateAsync("two", 0, from: "target", to: "source"));
        Assert.InRange(_time.Elapsed.TotalSeconds, 10, 10.2);
    }, Cancellation);

    [Fact]
    public Task What_one_leaves_the_other_takes() => _time.RunAsync(async () =>
    {
        var slow = await MigrateAsync("slow", Bandwidth / 5);
        var fast = await MigrateAsync("fast", 0);
        await fast;
        Assert.InRange(_time.Elapsed.TotalSeconds, 12.5, 12.7); // four fifths of the link
        await slow;
        Assert.InRange(_time.Elapsed.TotalSeconds, 49, 50.2); // its own limit, but for the last pass
    }, Cancellation);

    [Fact]
    public Task One_that_dies_leaves_the_link_to_the_others() => _time.RunAsync(async () =>
    {
        var one = await MigrateAsync("one", 0);
        _ = await MigrateAsync("two", 0);
        await Task.Delay(TimeSpan.FromSeconds(10), _time, Cancellation);
        _all.OfType<SimulatedQemu>().First(qemu => qemu.Name == "two").Kill();
        await one;
        Assert.InRange(_time.Elapsed.TotalSeconds, 15, 15.2);
    }, Cancellation);

    [Fact]
    public Task The_disk_of_a_VM_and_its_RAM_share_the_link() => _time.RunAsync(async () =>
    {
        var disk = new SimulatedDisk("disk", "/here") { Bytes = Ram / 2 };
        var moved = await MigrateAsync("vm", 0, disk, (source, target) => MirrorAsync(source, target));
        using var events = _all.OfType<QmpClient>().First().Subscribe("BLOCK_JOB_READY");
        await events.ReadAsync(Cancellation);
        Assert.InRange(_time.Elapsed.TotalSeconds, 9.9, 10.1); // half of the link
        await moved;
        Assert.InRange(_time.Elapsed.TotalSeconds, 15, 15.2); // and then all of it
    }, Cancellation);

    [Fact]
    public Task A_job_that_only_waits_for_its_speed_limit_leaves_the_link_to_others() => _time.RunAsync(async () =>
    {
        // mostly zeros, which are not sent, but count against the limit
        var disk = new SimulatedDisk("disk", "/here") { Bytes = Ram / 2, DataBytes = Ram / 10 };
        var moved = await MigrateAsync("vm", 0, disk, (source, target) => MirrorAsync(source, target, Bandwidth / 2));
        using var events = _all.OfType<QmpClient>().First().Subscribe("BLOCK_JOB_READY");
        await events.ReadAsync(Cancellation);
        Assert.InRange(_time.Elapsed.TotalSeconds, 9.9, 10.1);
        await moved;
        Assert.InRange(_time.Elapsed.TotalSeconds, 11, 11.2); // half of the link for 2 s, and then all of it
    }, Cancellation);

    [Fact]
    public void Nobody_gets_more_than_he_wants_and_only_he_less_than_an_equal_part_who_wants_less() => Gen.Double[0, 50].Array[1, 12].Sample(wants =>
    {
        var wire = new SharedWire(100);
        var flows = wants.Select(_ => wire.Open(() => { })).ToArray();
        foreach (var (flow, want) in flows.Zip(wants))
        {
            flow.Want(double.PositiveInfinity);
            flow.Want(want);
        }

        Assert.Equal(Math.Min(100, wants.Sum()), flows.Sum(flow => flow.Rate), 6);
        var most = flows.Max(flow => flow.Rate);
        Assert.All(flows, flow => Assert.True(flow.Rate <= flow.Wanted && (flow.Rate == flow.Wanted || flow.Rate > most - 1e-6)));
    });

    public async ValueTask DisposeAsync()
    {
        foreach (var one in _all)
        {
            await one.DisposeAsync();
        }
    }

    /// <summary>Begins; what is returned ends when it is over.</summary>
    private async Task<Task> MigrateAsync(
        string name, long maxBandwidth, SimulatedDisk? disk = null, Func<QmpClient, QmpClient, Task>? before = null, string? from = null, string? to = null)
    {
        var options = new SimulatedQemuOptions { Name = name, Host = from, MemoryBytes = Ram, DirtyBytesPerSecond = 0, Disks = disk is null ? [] : [disk] };
        var there = options with { Host = to, Incoming = true, StartPaused = true, Disks = [.. options.Disks.Select(disk => disk with { Path = "/there" })] };
        var (source, target) = (new SimulatedQemu(_link, options), new SimulatedQemu(_link, there));
        var (here, beyond) = (await ConnectAsync(source), await ConnectAsync(target));
        _all.AddRange([here, beyond, source, target]);
        await (before?.Invoke(here, beyond) ?? Task.CompletedTask);
        await AskAsync(here, "migrate-set-capabilities", """{"capabilities":[{"capability":"events","state":true}]}""");
        await AskAsync(here, "migrate-set-parameters", $$"""{"max-bandwidth":{{maxBandwidth}}}""");
        await AskAsync(beyond, "migrate-incoming", $$"""{"uri":"unix:/{{name}}"}""");
        var events = here.Subscribe("MIGRATION");
        await AskAsync(here, "migrate", $$"""{"uri":"unix:/{{name}}"}""");
        return EndAsync(events);
    }

    private static async Task MirrorAsync(QmpClient source, QmpClient target, long speed = 0)
    {
        await AskAsync(target, "nbd-server-start", """{"addr":{"type":"unix","data":{"path":"/nbd"}}}""");
        await AskAsync(target, "block-export-add", """{"type":"nbd","id":"e","node-name":"disk","writable":true}""");
        await AskAsync(source, "blockdev-add", """{"driver":"nbd","node-name":"remote","server":{"type":"unix","path":"/nbd"},"export":"disk"}""");
        await AskAsync(source, "blockdev-mirror", $$"""{"job-id":"m","device":"disk","target":"remote","sync":"full","speed":{{speed}}}""");
    }

    private static async Task EndAsync(QmpEventSubscription events)
    {
        using (events)
        {
            while ((await events.ReadAsync(Cancellation)).Data.GetProperty("status").GetString() != MigrationStatus.Completed.Value)
            {
            }
        }
    }

    private static Task<JsonElement> AskAsync(QmpClient client, string command, string arguments)
        => client.ExecuteAsync(command, JsonElement.Parse(arguments), cancellationToken: Cancellation);

    private Task<QmpClient> ConnectAsync(SimulatedQemu qemu)
        => QmpClient.ConnectAsync(qemu.OpenMonitor(), qemu.Name, new QmpClientOptions { TimeProvider = _time }, Cancellation);
}
