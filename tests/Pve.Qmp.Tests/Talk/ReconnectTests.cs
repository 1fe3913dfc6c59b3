using System.Threading.Channels;
using Pve.Qmp.Commands;

namespace Pve.Qmp.Tests.Talk;

public sealed class ReconnectTests
{
    private const string Resyncs = """
        -> {"execute": "query-status", "id": 1}
        -> {"execute": "query-migrate", "id": 2}
        -> {"execute": "query-jobs", "id": 3}
        <- {"return": {"status": "postmigrate", "running": false}, "id": 1}
        <- {"return": {"status": "completed"}, "id": 2}
        <- {"return": [{"id": "mirror0", "type": "mirror", "status": "ready", "current-progress": 1, "total-progress": 2}], "id": 3}
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_gap_is_marked_and_what_came_after_it_is_asked_for()
    {
        await using var first = new ScriptedQmpPeer();
        await using var second = new ScriptedQmpPeer();
        await using var monitor = await ConnectAsync(first, second);
        using var all = monitor.Subscribe();
        using var named = monitor.Subscribe("RESUME");
        var lost = monitor.Client;
        await first.PlayAsync("<- " + Samples.Stop);
        Assert.Equal("STOP", (await all.ReadAsync(Ct)).Name);
        var call = lost.ExecuteAsync(QmpCommands.Stop, cancellationToken: Ct);
        await first.HangUpAsync();
        var reason = await Assert.ThrowsAsync<QmpConnectionException>(() => call);
        var mark = Assert.IsType<QmpGapEvent>(await all.ReadAsync(Ct));
        Assert.Equal((reason, null), (mark.Reason, mark.State));

        var reconnecting = monitor.ReconnectAsync(lost, Ct);
        await second.PlayAsync(ScriptedQmpPeer.Greets + "\n" + ScriptedQmpPeer.Negotiates);
        await second.PlayAsync("""<- {"event": "RESUME"}"""); // before the gap is closed: it comes after the mark
        await second.PlayAsync(Resyncs);
        var state = await reconnecting;
        Assert.Equal((RunState.PostMigrate, MigrationStatus.Completed, "mirror0"), (state.Status.Status, state.Migration.Status, state.Jobs.Single().Id));
        Assert.NotSame(lost, monitor.Client);
        Assert.Same(state, await monitor.ReconnectAsync(lost, Ct)); // another caller who saw the same loss

        mark = Assert.IsType<QmpGapEvent>(await all.ReadAsync(Ct));
        Assert.Equal((reason, state), (mark.Reason, mark.State));
        Assert.Equal("RESUME", (await all.ReadAsync(Ct)).Name);
        Assert.IsType<QmpGapEvent>(await named.ReadAsync(Ct));
        Assert.IsType<QmpGapEvent>(await named.ReadAsync(Ct));
        Assert.Equal("RESUME", (await named.ReadAsync(Ct)).Name);

        await monitor.DisposeAsync();
        await Assert.ThrowsAsync<ChannelClosedException>(() => all.ReadAsync(Ct).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => monitor.ReconnectAsync(monitor.Client, Ct));
    }

    [Fact]
    public async Task A_connection_that_hangs_can_be_given_up()
    {
        await using var first = new ScriptedQmpPeer();
        await using var second = new ScriptedQmpPeer();
        await using var monitor = await ConnectAsync(first, second);
        using var all = monitor.Subscribe();
        var hanging = monitor.Client.ExecuteAsync(QmpCommands.Stop, cancellationToken: Ct);
        var reconnecting = monitor.ReconnectAsync(monitor.Client, Ct);
        await Assert.ThrowsAsync<QmpConnectionException>(() => hanging);
        await second.PlayAsync(ScriptedQmpPeer.Greets + "\n" + ScriptedQmpPeer.Negotiates);
        await second.PlayAsync(Resyncs);
        await reconnecting;
        Assert.Equal(1, first.Client.Disposals);
        var mark = Assert.IsType<QmpGapEvent>(await all.ReadAsync(Ct));
        Assert.Null(mark.Reason);
        Assert.NotNull(mark.State);
    }

    [Fact]
    public async Task Where_nobody_answers_it_can_be_tried_again()
    {
        await using var first = new ScriptedQmpPeer();
        await using var junk = new ScriptedQmpPeer();
        await using var dying = new ScriptedQmpPeer();
        await using var last = new ScriptedQmpPeer();
        await using var monitor = await ConnectAsync(first, junk, dying, last);
        using var all = monitor.Subscribe();
        var lost = monitor.Client;
        await first.HangUpAsync();
        await lost.Ended;

        var reconnecting = monitor.ReconnectAsync(lost, Ct);
        await junk.SendAsync("junk\n");
        await Assert.ThrowsAsync<QmpProtocolException>(() => reconnecting);

        reconnecting = monitor.ReconnectAsync(lost, Ct);
        await dying.PlayAsync(ScriptedQmpPeer.Greets + "\n" + ScriptedQmpPeer.Negotiates);
        await dying.HangUpAsync();
        await Assert.ThrowsAsync<QmpConnectionException>(() => reconnecting);
        Assert.Same(lost, monitor.Client);

        reconnecting = monitor.ReconnectAsync(lost, Ct);
        await last.PlayAsync(ScriptedQmpPeer.Greets + "\n" + ScriptedQmpPeer.Negotiates);
        await last.PlayAsync(Resyncs);
        var state = await reconnecting;
        Assert.Null(Assert.IsType<QmpGapEvent>(await all.ReadAsync(Ct)).State);
        Assert.Same(state, Assert.IsType<QmpGapEvent>(await all.ReadAsync(Ct)).State);
        await last.PlayAsync("<- " + Samples.Stop);
        Assert.Equal("STOP", (await all.ReadAsync(Ct)).Name);
    }

    [Fact]
    public async Task Dispose_does_not_wait_for_a_connection_that_is_being_made()
    {
        await using var first = new ScriptedQmpPeer();
        await using var silent = new ScriptedQmpPeer();
        var monitor = await ConnectAsync(first, silent);
        using var all = monitor.Subscribe();
        var reconnecting = monitor.ReconnectAsync(monitor.Client, Ct);
        await monitor.DisposeAsync().AsTask().WaitAsync(Patience, Ct);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => reconnecting);
        Assert.Equal(1, silent.Client.Disposals);
        await Assert.ThrowsAsync<ChannelClosedException>(() => all.ReadAsync(Ct).AsTask());
        await monitor.DisposeAsync();
    }

    [Fact]
    public async Task A_connection_with_more_events_than_can_wait_is_given_up_and_marked_so()
    {
        await using var first = new ScriptedQmpPeer();
        await using var second = new ScriptedQmpPeer();
        await using var monitor = await ConnectAsync(first, second);
        using var all = monitor.Subscribe();
        var reconnecting = monitor.ReconnectAsync(monitor.Client, Ct);
        await second.PlayAsync(ScriptedQmpPeer.Greets + "\n" + ScriptedQmpPeer.Negotiates);
        var data = new string('x', 1 << 20);
        for (var i = 0; i < 20; i++)
        {
            await second.SendAsync($$"""{"event": "E", "data": "{{data}}"}""" + "\n"); // nobody is told before the gap is closed
        }

        await second.PlayAsync(Resyncs);
        await reconnecting;
        Assert.NotNull(Assert.IsType<QmpGapEvent>(await all.ReadAsync(Ct)).State);
        QmpEvent next;
        while ((next = await all.ReadAsync(Ct).AsTask().WaitAsync(Patience, Ct)) is not QmpGapEvent)
        {
            Assert.Equal("E", next.Name);
        }

        Assert.IsType<QmpEventOverflowException>(((QmpGapEvent)next).Reason);
        await monitor.Client.Ended.WaitAsync(Patience, Ct); // so that whoever waits for it connects anew
    }

    [Fact]
    public async Task A_file_descriptor_connects_but_once()
        => await Assert.ThrowsAsync<ArgumentException>(() => QmpReconnectingClient.ConnectAsync(QmpEndpoint.FileDescriptor(99_999), cancellationToken: Ct));

    [Fact]
    public async Task A_QEMU_without_jobs_has_none()
    {
        await using var first = new ScriptedQmpPeer();
        await using var second = new ScriptedQmpPeer();
        await using var monitor = await ConnectAsync(first, second);
        var reconnecting = monitor.ReconnectAsync(monitor.Client, Ct);
        await second.PlayAsync(ScriptedQmpPeer.Greets + "\n" + ScriptedQmpPeer.Negotiates);
        await second.PlayAsync("""
            -> {"execute": "query-status", "id": 1}
            -> {"execute": "query-migrate", "id": 2}
            -> {"execute": "query-jobs", "id": 3}
            <- {"return": {"status": "running", "running": true}, "id": 1}
            <- {"return": {}, "id": 2}
            <- {"error": {"class": "CommandNotFound", "desc": "The command query-jobs has not been found"}, "id": 3}
            """);
        Assert.Empty((await reconnecting).Jobs);
    }

    [Fact]
    public async Task A_client_of_somebody_else_is_refused()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var second = new ScriptedQmpPeer();
        await using var other = new ScriptedQmpPeer();
        await using var monitor = await ConnectAsync(peer, second);
        await using var stranger = await other.EstablishAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => monitor.ReconnectAsync(stranger, Ct));
        Assert.False(monitor.Client.Ended.IsCompleted);

        var reconnecting = monitor.ReconnectAsync(monitor.Client, Ct);
        await second.PlayAsync(ScriptedQmpPeer.Greets + "\n" + ScriptedQmpPeer.Negotiates);
        await second.PlayAsync(Resyncs);
        await reconnecting;
        await Assert.ThrowsAsync<ArgumentException>(() => monitor.ReconnectAsync(stranger, Ct));
    }

    private static async Task<QmpReconnectingClient> ConnectAsync(params ScriptedQmpPeer[] peers)
    {
        var next = 0;
        var connecting = QmpReconnectingClient.ConnectAsync(token => QmpClient.ConnectAsync(peers[next].Client, "the peer", peers[next++].Options, token), Ct);
        await peers[0].PlayAsync(ScriptedQmpPeer.Greets + "\n" + ScriptedQmpPeer.Negotiates);
        return await connecting;
    }
}
