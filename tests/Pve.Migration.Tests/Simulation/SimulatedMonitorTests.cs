using System.Text;
using System.Text.Json;
using Pve.Migration.Testing;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Tests.Simulation;

public sealed class SimulatedMonitorTests
{
    private readonly VirtualTime _time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public Task Capabilities_are_set_together_or_not_at_all() => RunAsync(async (_, client) =>
    {
        await ExecuteAsync(client, "migrate-set-capabilities", """{"capabilities":[{"capability":"return-path","state":true}]}""");
        await AssertRefusedAsync(client, "migrate-set-capabilities",
            """{"capabilities":[{"capability":"events","state":true},{"capability":"zap","state":true}]}""", "Parameter 'capability' does not accept value 'zap'");
        await AssertRefusedAsync(client, "migrate-set-capabilities",
            """{"capabilities":[{"capability":"events"}]}""", "Parameter 'capabilities[0].state' is missing");
        var on = await client.ExecuteAsync(QmpCommands.QueryMigrateCapabilities, cancellationToken: Cancellation);
        Assert.Equal(21, on.Count);
        Assert.Equal(MigrationCapability.ReturnPath, Assert.Single(on, status => status.State).Capability);
    });

    [Fact]
    public Task Parameters_have_qemus_defaults_and_limits() => RunAsync(async (_, client) =>
    {
        var parameters = await client.ExecuteAsync(QmpCommands.QueryMigrateParameters, cancellationToken: Cancellation);
        Assert.Equal(TimeSpan.FromMilliseconds(300), parameters.DowntimeLimit);
        Assert.Equal(134217728, parameters.MaxBandwidth);

        await AssertRefusedAsync(client, "migrate-set-parameters", """{"downtime-limit":2000001}""",
            "Parameter 'downtime_limit' expects an integer in the range of 0 to (2000 * 1000) ms");
        await AssertRefusedAsync(client, "migrate-set-parameters", """{"max-bandwidth":1,"foo":5}""", "Parameter 'foo' is unexpected");
        await client.ExecuteAsync(QmpCommands.MigrateSetParameters, new MigrationParameters { DowntimeLimit = TimeSpan.FromSeconds(1) }, cancellationToken: Cancellation);
        parameters = await client.ExecuteAsync(QmpCommands.QueryMigrateParameters, cancellationToken: Cancellation);
        Assert.Equal(TimeSpan.FromSeconds(1), parameters.DowntimeLimit);
        Assert.Equal(134217728, parameters.MaxBandwidth);
    });

    [Fact]
    public Task Every_monitor_hears_every_event_with_the_hosts_time() => RunAsync(async (qemu, client) =>
    {
        await using var second = await QmpClient.ConnectAsync(qemu.OpenMonitor(), "second", new QmpClientOptions { TimeProvider = _time }, Cancellation);
        using var one = client.Subscribe("STOP");
        using var two = second.Subscribe("STOP");
        await second.ExecuteAsync(QmpCommands.Stop, cancellationToken: Cancellation);
        var stop = await one.ReadAsync(Cancellation);
        Assert.Equal(_time.GetUtcNow() + TimeSpan.FromSeconds(7), stop.Timestamp);
        Assert.Equal(stop.Timestamp, (await two.ReadAsync(Cancellation)).Timestamp);
        Assert.False(qemu.IsGuestRunning);
    });

    [Fact]
    public Task Quit_answers_and_then_closes() => RunAsync(async (qemu, client) =>
    {
        using var shutdown = client.Subscribe("SHUTDOWN");
        await client.ExecuteAsync(QmpCommands.Quit, cancellationToken: Cancellation);
        Assert.Equal("host-qmp-quit", (await shutdown.ReadAsync(Cancellation)).Data.GetProperty("reason").GetString());
        Assert.Equal(0, await qemu.Exited.WaitAsync(Cancellation));
        Assert.IsType<QmpConnectionException>(await client.Ended);
    });

    [Fact]
    public Task A_frozen_process_answers_when_it_thaws() => RunAsync(async (qemu, client) =>
    {
        qemu.Freeze();
        var asked = client.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: Cancellation);
        await Task.Delay(TimeSpan.FromSeconds(20), _time, Cancellation);
        Assert.False(asked.IsCompleted);
        qemu.Thaw();
        Assert.Equal(RunState.Running, (await asked).Status);

        qemu.Freeze();
        await Assert.ThrowsAsync<QmpTimeoutException>(() => client.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: Cancellation));
    });

    [Fact]
    public async Task Yank_out_of_band_ends_a_migration() => await _time.RunAsync(async () =>
    {
        await using var talk = await SimulatedTalk.BeginAsync(_time);
        await talk.MigrateAsync();
        await talk.SourceReachesAsync(MigrationStatus.Active);
        Assert.Contains(await talk.Source.ExecuteAsync(QmpCommands.QueryYank), instance => instance.Type == "migration");
        await talk.Source.ExecuteAsync(
            QmpCommands.Yank, new YankArguments([new YankInstance { Type = "migration" }]), new QmpCallOptions { OutOfBand = true }, Cancellation);
        await talk.SourceReachesAsync(MigrationStatus.Failed);
        Assert.Equal(1, await talk.Pair.Target.Exited.WaitAsync(Cancellation));
        Assert.Equal(1, talk.Pair.RunningNow);
    }, Cancellation);

    [Theory]
    [InlineData("migrate-set-capabilities", """{"capabilities":[5]}""", "Invalid parameter type for 'capabilities[0]', expected: object")]
    [InlineData("yank", """{"instances":["migration"]}""", "Invalid parameter type for 'instances[0]', expected: object")]
    [InlineData("blockdev-add", """{"driver":"quorum","node-name":"q","vote-threshold":1,"children":[5]}""", "Invalid parameter type for 'null', expected: BlockdevRef")]
    [InlineData("blockdev-add", """{"driver":"quorum","node-name":"q","vote-threshold":1,"children":[]}""", "Number of provided children must be 1 or more")]
    public Task What_is_of_the_wrong_type_inside_of_an_array_is_refused(string command, string arguments, string description) => RunAsync(async (_, client) =>
    {
        await AssertRefusedAsync(client, command, arguments, description);
        Assert.True((await client.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: Cancellation)).Running);
    });

    [Theory]
    [InlineData("""{"execute":"qmp_capabilities","arguments":{"enable":[5]}}""")]
    [InlineData("""{"execute":"qmp_capabilities","arguments":{"enable":["\ud800"]}}""")] // half of a surrogate pair
    [InlineData("""{"execute":"\ud800"}""")]
    public async Task A_line_that_cannot_be_read_is_answered_too(string line)
    {
        await using var qemu = new SimulatedQemu(new SimulatedLink());
        var pipe = qemu.OpenMonitor();
        using var answers = new StreamReader(pipe.Input.AsStream());
        Assert.Contains("QMP", await answers.ReadLineAsync(Cancellation), StringComparison.Ordinal);
        await pipe.Output.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), Cancellation);
        Assert.Contains("GenericError", await answers.ReadLineAsync(Cancellation).AsTask().WaitAsync(TimeSpan.FromSeconds(10), Cancellation), StringComparison.Ordinal);
        await pipe.Output.WriteAsync("{\"execute\":\"qmp_capabilities\"}\n"u8.ToArray(), Cancellation);
        Assert.Contains("return", await answers.ReadLineAsync(Cancellation).AsTask().WaitAsync(TimeSpan.FromSeconds(10), Cancellation), StringComparison.Ordinal);
        await pipe.Output.CompleteAsync();
    }

    private static Task<JsonElement> ExecuteAsync(QmpClient client, string command, string arguments)
        => client.ExecuteAsync(command, JsonElement.Parse(arguments), cancellationToken: Cancellation);

    private static async Task AssertRefusedAsync(QmpClient client, string command, string arguments, string description)
    {
        var refused = await Assert.ThrowsAsync<QmpCommandException>(() => ExecuteAsync(client, command, arguments));
        Assert.Equal(("GenericError", description), (refused.ErrorClass, refused.Description));
    }

    private Task RunAsync(Func<SimulatedQemu, QmpClient, Task> body) => _time.RunAsync(async () =>
    {
        var link = new SimulatedLink(new SimulatedLinkOptions { TimeProvider = _time });
        await using var qemu = new SimulatedQemu(link, new SimulatedQemuOptions { ClockOffset = TimeSpan.FromSeconds(7) });
        await using var client = await QmpClient.ConnectAsync(qemu.OpenMonitor(), "vm", new QmpClientOptions { TimeProvider = _time }, Cancellation);
        await body(qemu, client);
    }, Cancellation);
}
