using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;

namespace Pve.Qmp.Tests.Talk;

/// <summary>Many callers, who give up at any moment, against a peer that answers in any order, late, and now and then twice.</summary>
public sealed class StressTests
{
    private const int Callers = 24;
    private const int Pings = 20;
    private const int Ends = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly int CallsEach = int.Parse(Environment.GetEnvironmentVariable("PVE_STRESS_CALLS") ?? "300", CultureInfo.InvariantCulture);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Every_call_has_one_outcome_and_no_place_is_lost(int seed)
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        var server = new Server(peer, seed);
        var serving = server.ServeAsync();
        var outcomes = new Outcomes();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var clock = Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                peer.Time.Advance(TimeSpan.FromMilliseconds(1));
                await Task.Yield();
            }
        }, Ct);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(i => Task.Run(() => CallAsync(client, new Random(seed + (1000 * i)), i, outcomes), Ct)));
        await over.CancelAsync();
        await clock;

        // every place in the window is free again, and every reply found its caller or was counted
        server.AnswerAll();
        await client.ExecuteAsync("go-on", call: new QmpCallOptions { OutOfBand = true }, cancellationToken: Ct);
        await Task.WhenAll(Enumerable.Range(0, Pings).Select(_ => client.ExecuteAsync("ping", cancellationToken: Ct)));
        await client.ExecuteAsync("end", cancellationToken: Ct);
        await serving;
        Assert.Equal(server.Received.Values.Sum(), outcomes.Answered + client.LateReplies + Pings + 2);
        Assert.Equal(server.SentTwice, client.UnmatchedReplies);
        Assert.DoesNotContain(outcomes.Unsent, server.Received.ContainsKey);
        Assert.True(outcomes is { Answered: > 0, Cancelled: > 0, TimedOut: > 0 } && !outcomes.Unsent.IsEmpty && client.LateReplies > 0, $"{outcomes}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Whenever_it_ends_nobody_is_left_waiting(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < Ends; round++)
        {
            await using var peer = new ScriptedQmpPeer();
            var client = await peer.EstablishAsync();
            var callers = Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
            {
                QmpResult<JsonElement> result;
                do
                {
                    result = await client.TryExecuteAsync("c", call: new QmpCallOptions { OutOfBand = i % 2 == 0 }, cancellationToken: Ct);
                }
                while (result.Succeeded);
                return result.Failure;
            }, Ct)).ToArray();
            for (var left = random.Next(40); left > 0; left--)
            {
                using var request = JsonDocument.Parse(await peer.ReceiveAsync());
                await peer.SendAsync($$"""{"return": {}, "id": {{request.RootElement.GetProperty("id").GetInt64()}}}""" + "\n");
            }

            await Task.WhenAll(random.Next(3) switch
            {
                0 => [peer.HangUpAsync().AsTask()],
                1 => [client.DisposeAsync().AsTask()],
                _ => (Task[])[peer.HangUpAsync().AsTask(), client.DisposeAsync().AsTask(), Task.Run(() => peer.DeafenAsync().AsTask(), Ct)],
            });
            var reason = await client.Ended.WaitAsync(Patience, Ct);
            foreach (var failure in await Task.WhenAll(callers).WaitAsync(Patience, Ct))
            {
                Assert.True(reason is null ? failure is QmpConnectionException : ReferenceEquals(reason, failure), $"{failure} is not {reason}");
            }

            await client.DisposeAsync().AsTask().WaitAsync(Patience, Ct);
        }
    }

    private static async Task CallAsync(QmpClient client, Random random, int caller, Outcomes outcomes)
    {
        for (var i = 0; i < CallsEach; i++)
        {
            var name = $"c{caller}-{i}-{new string('x', random.Next(200))}";
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Ct);
            var call = client.ExecuteAsync(name, call: new QmpCallOptions
            {
                ReplyTimeout = TimeSpan.FromMilliseconds(random.Next(1, 60)), OutOfBand = random.Next(5) == 0,
            }, cancellationToken: cancel.Token);
            var cancelling = Task.CompletedTask;
            if (random.Next(4) == 0)
            {
                cancelling = Task.Run(cancel.Cancel, Ct);
            }

            try
            {
                Assert.Equal(name, (await call).GetString());
                Outcomes.Add(ref outcomes.Answered);
            }
            catch (OperationCanceledException e)
            {
                Assert.Equal(cancel.Token, e.CancellationToken);
                Outcomes.Add(ref outcomes.Cancelled);
            }
            catch (QmpTimeoutException e)
            {
                Assert.Equal(name, e.Command);
                Outcomes.Add(ref outcomes.TimedOut);
                if (!e.Sent)
                {
                    outcomes.Unsent.Add(name);
                }
            }

            await cancelling;
        }
    }

    private sealed class Outcomes
    {
        public long Answered;
        public long Cancelled;
        public long TimedOut;

        public ConcurrentBag<string> Unsent { get; } = [];

        public static void Add(ref long count) => Interlocked.Increment(ref count);

        public override string ToString() => $"{Answered} answered, {Cancelled} cancelled, {TimedOut} timed out, {Unsent.Count} of them unsent";
    }

    private sealed class Server(ScriptedQmpPeer peer, int seed)
    {
        private readonly Channel<(string Name, long Id)> _requests = Channel.CreateUnbounded<(string, long)>();
        private volatile bool _answersAll;

        public ConcurrentDictionary<string, int> Received { get; } = [];

        public int SentTwice { get; private set; }

        /// <summary>Answers until it is told <c>end</c>.</summary>
        public async Task ServeAsync()
        {
            var receiving = Task.Run(ReceiveAsync, Ct);
            var random = new Random(seed);
            var held = new List<(string Name, long Id)>();
            while (await _requests.Reader.WaitToReadAsync(Ct))
            {
                while (_requests.Reader.TryRead(out var request))
                {
                    held.Add(request);
                }

                while (held.Count > 0 && (_answersAll || random.Next(4) > 0))
                {
                    var (name, id) = held[random.Next(held.Count)];
                    held.Remove((name, id));
                    var reply = $$"""{"return": "{{name}}", "id": {{id}}}""" + "\n";
                    var twice = !_answersAll && random.Next(20) == 0;
                    SentTwice += twice ? 1 : 0;
                    await peer.SendAsync(twice ? reply + reply : reply);
                }
            }

            await receiving;
        }

        /// <summary>From the next command on it holds nothing back.</summary>
        public void AnswerAll() => _answersAll = true;

        private async Task ReceiveAsync()
        {
            var name = "";
            while (name != "end")
            {
                using var request = JsonDocument.Parse(await peer.ReceiveAsync());
                name = (request.RootElement.TryGetProperty("execute", out var execute) ? execute : request.RootElement.GetProperty("exec-oob")).GetString()!;
                Received.AddOrUpdate(name, 1, (_, count) => count + 1);
                _requests.Writer.TryWrite((name, request.RootElement.GetProperty("id").GetInt64()));
            }

            _requests.Writer.Complete();
        }
    }
}
