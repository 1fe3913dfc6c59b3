using System.Threading.Channels;

namespace Pve.Qmp.Tests.Talk;

public sealed class EndTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Deaths => ["hang up", "break", "junk", "greet again", "cut off", "too long", "deafen"];

    [Theory]
    [MemberData(nameof(Deaths))]
    public async Task One_reason_reaches_everyone(string death)
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync(peer.Options with { MaxMessageBytes = 2000 });
        var calls = Enumerable.Range(0, 20).Select(_ => client.ExecuteAsync("wait", cancellationToken: Ct)).ToList(); // some never leave
        using var reading = client.Subscribe();
        using var enumerating = client.Subscribe("STOP");
        var read = reading.ReadAsync(Ct).AsTask();
        var enumerated = Task.Run(async () =>
        {
            await foreach (var _ in enumerating.WithCancellation(Ct))
            {
            }
        }, Ct);

        if (death == "deafen")
        {
            await peer.DeafenAsync();
            calls.Add(client.ExecuteAsync(QmpCommands.QueryYank.Name, call: new QmpCallOptions { OutOfBand = true }, cancellationToken: Ct));
        }
        else
        {
            await DieAsync(peer, death);
        }

        var reason = Assert.IsAssignableFrom<QmpException>(await client.Ended);
        Assert.False(reason.ConnectionUsable);
        foreach (var task in (Task[])[.. calls, read, enumerated])
        {
            Assert.Same(reason, await Assert.ThrowsAnyAsync<QmpException>(() => task));
        }

        Assert.Same(reason, await Assert.ThrowsAnyAsync<QmpException>(() => client.ExecuteAsync("later", cancellationToken: Ct)));
        using var late = client.Subscribe();
        Assert.Same(reason, await Assert.ThrowsAnyAsync<QmpException>(() => late.ReadAsync(Ct).AsTask()));
        await client.DisposeAsync();
        Assert.Equal(1, peer.Client.Disposals);
    }

    [Theory]
    [InlineData("hang up", "closed the connection")]
    [InlineData("break", "reset by peer")]
    [InlineData("junk", "'junk'")]
    [InlineData("greet again", "second time")]
    [InlineData("cut off", "inside a message")]
    [InlineData("too long", "2000 bytes")]
    public async Task The_reason_says_what_happened(string death, string message)
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync(peer.Options with { MaxMessageBytes = 2000 });
        await DieAsync(peer, death);
        Assert.Contains(message, (await client.Ended)!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_connection_is_closed_at_the_end_without_waiting_for_dispose()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        await peer.SendAsync("junk\n");
        Assert.True(await peer.ClientClosedAsync()); // QEMU serves the next client only then
    }

    [Fact]
    public async Task Dispose_ends_everything_for_all_who_call_it()
    {
        await using var peer = new ScriptedQmpPeer();
        var client = await peer.EstablishAsync();
        var calls = Enumerable.Range(0, 20).Select(_ => client.ExecuteAsync("wait", cancellationToken: Ct)).ToArray();
        var reading = client.Subscribe();
        var enumerating = client.Subscribe();
        var read = reading.ReadAsync(Ct).AsTask();
        await peer.PlayAsync("<- " + Samples.Stop);
        Assert.Equal("STOP", (await read).Name);
        read = reading.ReadAsync(Ct).AsTask();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => client.DisposeAsync().AsTask(), Ct)));
        Assert.Null(await client.Ended);
        Assert.Equal(1, peer.Client.Disposals);
        foreach (var call in calls)
        {
            Assert.Contains("disposed", (await Assert.ThrowsAsync<QmpConnectionException>(() => call)).Message, StringComparison.Ordinal);
        }

        await Assert.ThrowsAsync<ChannelClosedException>(() => read);
        var names = new List<string>();
        await foreach (var qmpEvent in enumerating.WithCancellation(Ct))
        {
            names.Add(qmpEvent.Name);
        }

        Assert.Equal(["STOP"], names); // what waited can still be read, then it ends
        var later = await Assert.ThrowsAsync<QmpConnectionException>(() => client.ExecuteAsync("later", cancellationToken: Ct));
        Assert.Contains("disposed", later.Message, StringComparison.Ordinal);
        await client.DisposeAsync();
    }

    [Fact]
    public async Task A_continuation_may_dispose_and_wait_for_it()
    {
        await using var peer = new ScriptedQmpPeer();
        var client = await peer.EstablishAsync();
        var calls = Enumerable.Range(0, 10).Select(_ => client.ExecuteAsync("wait", cancellationToken: Ct)
            .ContinueWith(_ => client.DisposeAsync().AsTask().Wait(Ct), Ct, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default)).ToArray();
        await peer.HangUpAsync();
        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task A_stream_that_ignores_cancellation_does_not_hold_dispose_up()
    {
        var stream = new DeafToTokensStream(Samples.Greeting, """{"return": {}, "id": 0}""");
        var client = await QmpClient.ConnectAsync(stream, "a deaf stream", cancellationToken: Ct);
        await client.DisposeAsync();
        Assert.True(stream.Closed);
    }

    private static async Task DieAsync(ScriptedQmpPeer peer, string death)
    {
        switch (death)
        {
            case "hang up":
                await peer.HangUpAsync();
                break;
            case "break":
                await peer.HangUpAsync(new IOException("reset by peer"));
                break;
            case "junk":
                await peer.SendAsync("junk\n");
                break;
            case "greet again":
                await peer.PlayAsync(ScriptedQmpPeer.Greets);
                break;
            case "cut off":
                await peer.SendAsync("{\"return\"");
                await peer.HangUpAsync();
                break;
            case "too long":
                await peer.SendAsync(new string('x', 2001));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(death), death, null);
        }
    }
}
