using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;

namespace Pve.Qmp.Tests.Talk;

/// <summary>Alone: listeners hear the whole process.</summary>
[CollectionDefinition(nameof(TelemetryTests), DisableParallelization = true)]
[Collection(nameof(TelemetryTests))]
public sealed class TelemetryTests
{
    private const string Secret = "hunter2-secret";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_command_is_a_span_with_its_name_endpoint_and_error_class_alone()
    {
        var ended = new BlockingCollection<Activity>();
        using var listener = Listen(ended.Add);
        using var parent = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();

        var fine = client.ExecuteAsync("set_password", JsonElement.Parse($$"""{"password": "{{Secret}}"}"""), cancellationToken: Ct);
        var refused = client.ExecuteAsync("device_del", cancellationToken: Ct);
        await peer.PlayAsync($$$"""
            -> {"execute": "set_password", "arguments": {"password": "{{{Secret}}}"}, "id": 1}
            -> {"execute": "device_del", "id": 2}
            <- {"return": {"echo": "{{{Secret}}}"}, "id": 1}
            <- {"error": {"class": "DeviceNotFound", "desc": "no {{{Secret}}}"}, "id": 2}
            """);
        await fine;
        await Assert.ThrowsAsync<QmpCommandException>(() => refused);

        var spans = new[] { Take(ended), Take(ended) }.OrderBy(span => span.OperationName).ToArray();
        Assert.Equal(["device_del", "set_password"], spans.Select(span => span.OperationName));
        Assert.Equal(["DeviceNotFound", null], spans.Select(span => span.GetTagItem("error.type")));
        Assert.All(spans, span =>
        {
            Assert.Equal(parent.SpanId, span.ParentSpanId);
            Assert.Equal("the peer", span.GetTagItem("server.address"));
            Assert.DoesNotContain(Secret, $"{span.DisplayName}{span.StatusDescription}{string.Join(' ', span.TagObjects)}", StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_cancelled_wait_and_a_deadline_are_told_apart()
    {
        var ended = new BlockingCollection<Activity>();
        using var listener = Listen(ended.Add);
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();

        using var caller = new CancellationTokenSource();
        var cancelled = client.ExecuteAsync("one", cancellationToken: caller.Token);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Equal("cancelled", Take(ended).GetTagItem("error.type"));

        var late = client.ExecuteAsync("two", cancellationToken: Ct);
        peer.Time.Advance(TimeSpan.FromSeconds(30));
        await Assert.ThrowsAsync<QmpTimeoutException>(() => late);
        var span = Take(ended);
        Assert.Equal("timeout", span.GetTagItem("error.type"));
        Assert.Equal(TimeSpan.FromSeconds(30), span.Duration);
    }

    [Fact]
    public async Task A_listener_that_hangs_holds_up_no_command()
    {
        using var release = new ManualResetEventSlim();
        using var listener = Listen(_ => release.Wait(Patience, Ct));
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        for (var id = 1; id <= 20; id++)
        {
            var call = client.ExecuteAsync("stop", cancellationToken: Ct);
            await peer.PlayAsync($$$"""
                -> {"execute": "stop", "id": {{{id}}}}
                <- {"return": {}, "id": {{{id}}}}
                """);
            await call.WaitAsync(Patience, Ct);
        }

        release.Set();
    }

    [Fact]
    public async Task Each_command_is_a_duration_in_seconds()
    {
        var seen = new BlockingCollection<(string Name, string? Unit, double Value, string? Command)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == "Pve.Qmp")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
            seen.Add((instrument.Name, instrument.Unit, value, tags.ToArray().Single(tag => tag.Key == "qmp.command").Value as string)));
        listener.Start();
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        var late = client.ExecuteAsync("stop", cancellationToken: Ct);
        peer.Time.Advance(TimeSpan.FromSeconds(30));
        await Assert.ThrowsAsync<QmpTimeoutException>(() => late);
        Assert.Equal(("qmp.client.operation.duration", "s", 30, "stop"), Take(seen));
    }

    [Fact]
    public async Task Nothing_is_allocated_when_nobody_listens()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        long heard;
        using (Listen(_ => { }))
        {
            heard = await MeasureAsync(client, peer);
        }

        var session = typeof(QmpClient).GetField("_session", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!;
        var below = (Pve.Qmp.Session.QmpSession)session.GetValue(client)!;
        var command = QmpCommands.Stop;
        var bare = await MeasureAsync(peer, () => below.ExecuteAsync(command, new QmpNothing(), TimeSpan.FromSeconds(30), false, null, Ct));
        var unheard = await MeasureAsync(client, peer);
        Assert.Equal(bare, unheard);
        Assert.True(heard > unheard, "the measurement sees nothing");
    }

    private static Task<long> MeasureAsync(QmpClient client, ScriptedQmpPeer peer)
        => MeasureAsync(peer, () => client.ExecuteAsync(QmpCommands.Stop, cancellationToken: Ct));

    // The least of many: what the runtime does beside it only adds.
    private static async Task<long> MeasureAsync(ScriptedQmpPeer peer, Func<Task> execute)
    {
        var least = long.MaxValue;
        for (var i = 0; i < 200; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var call = execute();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            using var request = JsonDocument.Parse(await peer.ReceiveAsync());
            await peer.SendAsync($$$"""{"return": {}, "id": {{{request.RootElement.GetProperty("id").GetInt64()}}}}""" + "\r\n");
            await call;
        }

        return least;
    }

    private static ActivityListener Listen(Action<Activity> stopped)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Pve.Qmp",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = stopped,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static T Take<T>(BlockingCollection<T> seen) => seen.TryTake(out var item, Patience) ? item : throw new TimeoutException("Nothing was told.");
}
