namespace Pve.Qmp.Tests.Talk;

public sealed class EventTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_subscription_made_before_its_command_misses_nothing()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        using var all = client.Subscribe();
        using var named = client.Subscribe("RESUME", "MIGRATION");
        var call = client.ExecuteAsync(QmpCommands.Continue, cancellationToken: Ct);
        await peer.PlayAsync($$$"""
            -> {"execute": "cont", "id": 1}
            <- {{{Samples.Stop}}}
            <- {{{Samples.Migration}}}
            <- {"event": "RESUME", "timestamp": {"seconds": -1, "microseconds": -1}}
            <- {"return": {}, "id": 1}
            <- {"event": "NEWS", "data": [1], "timestamp": {"seconds": 1, "microseconds": 2}}
            """);
        await call;
        var migration = await named.ReadAsync(Ct);
        Assert.Equal(("MIGRATION", "pre-switchover"), (migration.Name, migration.Data.GetProperty("status").GetString()));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1700000001).AddMicroseconds(7), migration.Timestamp);
        Assert.Equal(peer.Time.GetTimestamp(), migration.ReceivedAt);
        Assert.Equal(("RESUME", DateTimeOffset.MinValue), (await named.ReadAsync(Ct)) is var resume ? (resume.Name, resume.Timestamp) : default);
        Assert.False(named.TryRead(out _));
        foreach (var name in new[] { "STOP", "MIGRATION", "RESUME", "NEWS" })
        {
            Assert.Equal(name, (await all.ReadAsync(Ct)).Name);
        }
    }

    [Fact]
    public async Task The_oldest_is_dropped_and_counted_and_the_reader_never_waits()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        using var subscription = client.Subscribe(new QmpSubscriptionOptions { Capacity = 2 });
        await FloodAsync(peer, client, 5);
        Assert.Equal(3, subscription.Dropped);
        Assert.Equal(["E3", "E4"], [(await subscription.ReadAsync(Ct)).Name, (await subscription.ReadAsync(Ct)).Name]);
        Assert.False(subscription.TryRead(out _));
    }

    [Fact]
    public async Task Overflow_can_end_the_subscription_while_the_connection_lives()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        using var read = client.Subscribe(new QmpSubscriptionOptions { Capacity = 2, Overflow = QmpOverflow.Fail });
        using var enumerated = client.Subscribe(new QmpSubscriptionOptions { Capacity = 2, Overflow = QmpOverflow.Fail });
        await FloodAsync(peer, client, 5);
        Assert.Equal(["E0", "E1"], [(await read.ReadAsync(Ct)).Name, (await read.ReadAsync(Ct)).Name]);
        var overflow = await Assert.ThrowsAsync<QmpEventOverflowException>(() => read.ReadAsync(Ct).AsTask());
        Assert.Equal((2, true), (overflow.Waiting, overflow.ConnectionUsable));
        var names = new List<string>();
        await Assert.ThrowsAsync<QmpEventOverflowException>(async () =>
        {
            await foreach (var qmpEvent in enumerated.WithCancellation(Ct))
            {
                names.Add(qmpEvent.Name);
            }
        });
        Assert.Equal(["E0", "E1"], names);
        Assert.False(client.Ended.IsCompleted);
    }

    [Fact]
    public async Task Events_can_wait_in_memory_while_replies_go_by()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        using var subscription = client.Subscribe(new QmpSubscriptionOptions { Capacity = 2, Overflow = QmpOverflow.Wait });
        await FloodAsync(peer, client, 1000);
        Assert.Equal((1000, 0), (subscription.Waiting, subscription.Dropped));
        for (var i = 0; i < 1000; i++)
        {
            Assert.Equal($"E{i}", (await subscription.ReadAsync(Ct)).Name);
        }

        Assert.False(subscription.TryRead(out _));
    }

    [Fact]
    public async Task Events_that_wait_have_a_limit_too_and_reading_makes_room()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        using var subscription = client.Subscribe(new QmpSubscriptionOptions { Capacity = 2, Overflow = QmpOverflow.Wait, MaxWaitingBytes = 1500 });
        for (var id = 1; id <= 3; id++)
        {
            await FloodAsync(peer, client, 10, id);
            for (var i = 0; i < 10; i++)
            {
                Assert.Equal($"E{i}", (await subscription.ReadAsync(Ct)).Name);
            }
        }

        await FloodAsync(peer, client, 30, 4);
        var waiting = 0;
        while (subscription.TryRead(out _))
        {
            waiting++;
        }

        var overflow = await Assert.ThrowsAsync<QmpEventOverflowException>(() => subscription.ReadAsync(Ct).AsTask());
        Assert.Equal(waiting, overflow.Waiting);
        Assert.InRange(waiting, 10, 12);
        Assert.False(client.Ended.IsCompleted);
    }

    [Theory]
    [InlineData(QmpOverflow.DropOldest)]
    [InlineData(QmpOverflow.Fail)]
    [InlineData(QmpOverflow.Wait)]
    public async Task Large_events_that_wait_have_a_limit_in_bytes_whatever_happens_at_it(QmpOverflow overflow)
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        using var subscription = client.Subscribe(new QmpSubscriptionOptions { Overflow = overflow, MaxWaitingBytes = 10_000 });
        await FloodAsync(peer, client, 1, 1, dataBytes: 20_000); // one alone always fits
        Assert.Equal("E0", (await subscription.ReadAsync(Ct)).Name);
        await FloodAsync(peer, client, 5, 2, dataBytes: 1000);
        Assert.Equal((5, 0), (subscription.Waiting, subscription.Dropped));
        await FloodAsync(peer, client, 30, 3, dataBytes: 1000);
        Assert.Equal(8, subscription.Waiting);
        if (overflow == QmpOverflow.DropOldest)
        {
            Assert.Equal(27, subscription.Dropped);
            Assert.Equal("E22", (await subscription.ReadAsync(Ct)).Name);
            await FloodAsync(peer, client, 1, 4, dataBytes: 20_000);
            Assert.Equal((1, 34), (subscription.Waiting, subscription.Dropped));
            Assert.Equal("E0", (await subscription.ReadAsync(Ct)).Name);
            return;
        }

        for (var i = 0; i < 8; i++)
        {
            Assert.Equal($"E{(i < 5 ? i : i - 5)}", (await subscription.ReadAsync(Ct)).Name);
        }

        Assert.Equal(8, (await Assert.ThrowsAsync<QmpEventOverflowException>(() => subscription.ReadAsync(Ct).AsTask())).Waiting);
    }

    [Fact]
    public async Task A_disposed_subscription_gets_no_more_and_ends()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        var subscription = client.Subscribe();
        subscription.Dispose();
        subscription.Dispose();
        await FloodAsync(peer, client, 1);
        await foreach (var qmpEvent in subscription.WithCancellation(Ct))
        {
            Assert.Fail($"{qmpEvent.Name} after the end");
        }
    }

    [Fact]
    public async Task Cancelling_a_read_ends_the_read_alone()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        using var subscription = client.Subscribe();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var read = subscription.ReadAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        await FloodAsync(peer, client, 1);
        Assert.Equal("E0", (await subscription.ReadAsync(Ct)).Name);
    }

    [Fact]
    public async Task A_queue_holds_at_least_one()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        Assert.Throws<ArgumentOutOfRangeException>(() => client.Subscribe(new QmpSubscriptionOptions { Capacity = 0 }));
    }

    // The reply comes after the events: when it is here, they have been dealt with.
    private static async Task FloodAsync(ScriptedQmpPeer peer, QmpClient client, int events, int id = 1, int dataBytes = 0)
    {
        var call = client.ExecuteAsync("ping", cancellationToken: Ct);
        await peer.ReceiveAsync();
        for (var i = 0; i < events; i++)
        {
            var data = dataBytes == 0 ? "" : $", \"data\": \"{new string('x', dataBytes - 2)}\"";
            await peer.PlayAsync($$"""<- {"event": "E{{i}}"{{data}}}""");
        }

        await peer.PlayAsync($$"""<- {"return": {}, "id": {{id}}}""");
        await call;
    }
}
