using System.IO.Pipelines;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Nerdbank.Streams;
using Pve.Migration.Tunnel;

namespace Pve.Migration.Tests.Tunnel;

/// <summary>What becomes of a VM whose client has gone without a word.</summary>
public sealed class AbandonedClientTests : IMtunnelHandler
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    private readonly ArmedTime _time = new();
    private readonly IMtunnelLeases _leases = new ProcessLeases();
    private readonly List<string> _calls = [];
    private readonly TaskCompletionSource _mayResume = new();

    IReadOnlyCollection<string> IMtunnelHandler.Commands => ["resume-when-completed"];

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_kept_unless_told_otherwise()
    {
        await TalkAsync("", new MtunnelServerOptions { Dialect = MtunnelDialect.V2, Vmid = 100 });
        Assert.Empty(_calls);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"cmd\":\"version\"}\n")]
    [InlineData("{\"cmd\":\"resu")] // cut off: no command
    public async Task It_is_abandoned_when_the_lease_is_over_and_not_before(string said)
    {
        var served = TalkAsync(said, Options());
        await _time.Armed.WaitAsync(Test);
        _time.Advance(Lease - TimeSpan.FromMilliseconds(1));
        Assert.Empty(_calls);
        Assert.False(served.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await served.WaitAsync(Test);
        Assert.Equal(["abandon 100"], _calls);
    }

    [Fact]
    public async Task A_line_over_the_limit_is_a_client_that_went()
    {
        var served = TalkAsync(new string('x', 200) + "\n", Options() with { MaxLineLength = 100 });
        await _time.Armed.WaitAsync(Test);
        _time.Advance(Lease);
        await Assert.ThrowsAsync<MtunnelLineTooLongException>(() => served.WaitAsync(Test));
        Assert.Equal(["abandon 100"], _calls);
    }

    [Fact]
    public async Task Quit_is_a_word_and_nothing_is_abandoned()
    {
        await TalkAsync("{\"cmd\":\"quit\"}\n", Options()).WaitAsync(Test);
        Assert.Empty(_calls);
    }

    [Theory]
    [InlineData("{\"cmd\":\"resume\"}\n", "resume 100")]
    [InlineData("{\"cmd\":\"resume-when-completed\"}\n", "resume-when-completed 100")]
    public async Task What_was_asked_to_resume_is_kept(string said, string call)
    {
        _mayResume.SetResult();
        await TalkAsync(said, Options()).WaitAsync(Test);
        Assert.Equal([call], _calls);
    }

    [Fact]
    public async Task A_resume_under_way_is_finished_although_its_client_is_gone()
    {
        var served = TalkAsync("{\"cmd\":\"resume\"}\n", Options());
        Assert.False(served.IsCompleted);
        _mayResume.SetResult();
        await served.WaitAsync(Test);
        Assert.Equal(["resume 100"], _calls);
    }

    [Fact]
    public async Task A_client_that_comes_back_ends_the_lease_at_once()
    {
        var options = Options();
        var first = TalkAsync("", options);
        await _time.Armed.WaitAsync(Test);
        var (client, server) = FullDuplexStream.CreatePipePair();
        var second = MtunnelServer.ServeAsync(server, this, options, Test);
        await ReadGreetingAsync(client);

        await first.WaitAsync(Test); // and holds no place of the listener's
        await client.Output.WriteAsync("{\"cmd\":\"quit\"}\n"u8.ToArray(), Test);
        await client.Output.CompleteAsync();
        await second.WaitAsync(Test);
        _time.Advance(Lease);
        Assert.Empty(_calls);
    }

    [Theory]
    [InlineData("{\"cmd\":\"quit\",\"cleanup\":0}\n")]
    [InlineData("GET / HTTP/1.1\n")]
    [InlineData("")]
    public async Task Who_else_comes_and_goes_changes_nothing_for_the_client_that_is_there(string said)
    {
        var options = Options();
        var (client, server) = FullDuplexStream.CreatePipePair();
        var first = MtunnelServer.ServeAsync(server, this, options, Test);
        await ReadGreetingAsync(client);
        await TalkAsync(said, options).WaitAsync(Test); // no lease of its own
        Assert.False(_time.Armed.IsCompleted);

        await client.Output.CompleteAsync();
        await _time.Armed.WaitAsync(Test);
        _time.Advance(Lease);
        await first.WaitAsync(Test);
        Assert.Equal(["abandon 100"], _calls);
    }

    [Fact]
    public async Task A_clean_up_that_fails_is_logged_and_ends_the_lease()
    {
        var served = MtunnelServer.ServeAsync(await GoneAsync(""), new Failing(), Options(), Test);
        await _time.Armed.WaitAsync(Test);
        _time.Advance(Lease);
        await served.WaitAsync(Test);
    }

    [Fact]
    public async Task A_service_that_ends_abandons_nothing()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Test);
        var served = MtunnelServer.ServeAsync(await GoneAsync(""), this, Options(), stop.Token);
        await _time.Armed.WaitAsync(Test);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => served.WaitAsync(Test));
        Assert.Empty(_calls);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_tunnel_that_cannot_be_counted_is_none(bool forwards)
    {
        var (client, server) = FullDuplexStream.CreatePipePair();
        var options = Options() with { Leases = new Uncounted(), Forwarder = forwards ? new MtunnelForwarder(new MtunnelTickets()) : null };
        await client.Output.WriteAsync("{\"cmd\":\"version\"}\n"u8.ToArray(), Test);
        var e = await Assert.ThrowsAsync<IOException>(() => MtunnelServer.ServeAsync(server, this, options, Test));
        Assert.Equal("full", e.Message);
        using var reader = new StreamReader(client.Input.AsStream());
        var said = await reader.ReadToEndAsync(Test);
        Assert.Equal(forwards, said.Contains("cannot be counted", StringComparison.Ordinal)); // else it is not even greeted
    }

    [Fact]
    public async Task A_lease_needs_a_VM()
    {
        var (_, server) = FullDuplexStream.CreatePipePair();
        var options = new MtunnelServerOptions { CleansUpAfter = Lease };
        Assert.Contains("needs Vmid", (await Assert.ThrowsAsync<ArgumentException>(() => MtunnelServer.ServeAsync(server, this, options, Test))).Message);
    }

    async Task IMtunnelHandler.ResumeAsync(int vmid, CancellationToken cancellationToken)
    {
        await _mayResume.Task.WaitAsync(cancellationToken);
        _calls.Add($"resume {vmid}");
    }

    Task<System.Text.Json.JsonElement> IMtunnelHandler.ExecuteAsync(MtunnelRequest request, CancellationToken cancellationToken)
    {
        _calls.Add($"{request.Command} {request.Vmid}");
        return Task.FromResult<System.Text.Json.JsonElement>(default);
    }

    Task IMtunnelHandler.AbandonAsync(int vmid, CancellationToken cancellationToken)
    {
        _calls.Add($"abandon {vmid}");
        return Task.CompletedTask;
    }

    private MtunnelServerOptions Options() => new()
    {
        Dialect = MtunnelDialect.V2,
        Vmid = 100,
        CleansUpAfter = Lease,
        Leases = _leases,
        TimeProvider = _time,
    };

    private async Task TalkAsync(string said, MtunnelServerOptions options)
        => await MtunnelServer.ServeAsync(await GoneAsync(said), this, options, Test);

    // a client that said something and is gone
    private static async Task<IDuplexPipe> GoneAsync(string said)
    {
        var (client, server) = FullDuplexStream.CreatePipePair();
        await client.Output.WriteAsync(Encoding.UTF8.GetBytes(said), Test);
        await client.Output.CompleteAsync();
        return server;
    }

    private static async Task ReadGreetingAsync(IDuplexPipe client)
    {
        using var reader = new StreamReader(client.Input.AsStream(leaveOpen: true), leaveOpen: true);
        Assert.Equal("tunnel online", await reader.ReadLineAsync(Test));
    }

    // The lease's timer is the only one.
    private sealed class ArmedTime : FakeTimeProvider
    {
        private readonly TaskCompletionSource _armed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Armed => _armed.Task;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            _armed.TrySetResult();
            return timer;
        }
    }

    private sealed class Uncounted : IMtunnelLeases
    {
        public Task<IMtunnelLease> JoinAsync(int vmid, CancellationToken cancellationToken = default) => throw new IOException("full");
    }

    private sealed class Failing : IMtunnelHandler
    {
        public Task ResumeAsync(int vmid, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task AbandonAsync(int vmid, CancellationToken cancellationToken) => throw new InvalidOperationException("no");
    }
}
