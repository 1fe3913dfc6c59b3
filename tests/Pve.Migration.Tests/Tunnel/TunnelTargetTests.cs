namespace Pve.Migration.Tests.Tunnel;

/// <summary>How a target that is told over a tunnel closes it: by the word that the peer understands, and without waiting for a silent one.</summary>
public sealed class TunnelTargetTests : IAsyncDisposable
{
    private readonly ScriptedPeer _peer = new();
    private readonly TunnelTarget _target;

    public TunnelTargetTests() => _target = new TunnelTarget(
        IncomingQemu.OutOfReach("unix:/run/qemu-server/100.migrate", static _ => Task.CompletedTask), _peer,
        options: new MtunnelClientOptions { TimeProvider = new Microsoft.Extensions.Time.Testing.FakeTimeProvider() });

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _target.DisposeAsync();
        _peer.Dispose();
    }

    [Fact]
    public async Task A_peer_that_announced_JSON_is_quit_in_JSON()
    {
        await _peer.SayAsync("tunnel online\nver 2\n");
        await _target.OpenAsync(Test);
        Task closing = _target.CloseAsync(Test);
        await _peer.PlayAsync("""
            -> {"cmd":"version"}
            <- {"success":true,"api":2,"age":0}
            -> {"cmd":"quit","cleanup":0}
            <- {"success":true}
            """);
        await closing;
        Assert.Equal("v2", _target.Dialect);
    }

    [Fact]
    public async Task A_v2_peer_need_not_have_all_of_v2()
    {
        await _peer.SayAsync("tunnel online\nver 2\n");
        await _target.OpenAsync(Test);
        Task ready = _target.MakeReadyAsync(100, Test);
        await _peer.PlayAsync("""
            -> {"cmd":"version"}
            <- {"success":true,"api":2,"age":0}
            """);
        await ready;
        Task unlocking = _target.UnlockAsync(100, Test);
        await _peer.PlayAsync("""
            -> {"cmd":"unlock"}
            <- {"success":false,"msg":"unknown command 'unlock' given"}
            """);
        await unlocking;
    }

    [Fact]
    public async Task One_that_is_taken_up_can_be_told_everything_at_once()
    {
        await _peer.SayAsync("tunnel online\nver 2\n");
        var taking = _target.TakeUpAsync(100, Test);
        await _peer.PlayAsync("""-> {"cmd":"version"}""");
        Assert.False(taking.IsCompleted);
        await _peer.PlayAsync("""<- {"success":true,"api":2,"age":0}""");
        await taking;
        var resuming = _target.ResumeAsync(100, Test);
        await _peer.PlayAsync("""
            -> {"cmd":"resume"}
            <- {"success":true}
            """);
        Assert.Equal(ResumeAnswer.Accepted, (await resuming).Answer);
        var unlocking = _target.UnlockAsync(100, Test);
        await _peer.PlayAsync("""
            -> {"cmd":"unlock"}
            <- {"success":true}
            """);
        await unlocking;
    }

    [Theory]
    [InlineData("running", "true", true)]
    [InlineData("paused", "false", false)]
    [InlineData("prelaunch", "false", false)]
    [InlineData("inmigrate", "false", false)]
    [InlineData("shutdown", "false", null)]
    [InlineData("io-error", "false", null)]
    [InlineData("internal-error", "false", null)]
    [InlineData("guest-panicked", "false", null)]
    [InlineData("postmigrate", "0", null)]
    public async Task A_guest_that_stands_still_may_have_run(string state, string running, bool? runs)
    {
        await OpenV2Async("status");
        Task<bool?> asking = _target.IsRunningAsync(100, Test);
        await _peer.PlayAsync($$"""
            -> {"cmd":"status"}
            <- {"success":true,"status":"{{state}}","running":{{running}}}
            """);
        Assert.Equal(runs, await asking);
    }

    [Fact]
    public async Task Whether_it_runs_cannot_be_asked_where_no_tunnel_opens()
    {
        await OpenV2Async("status");
        _peer.Unreachable = "the host is gone";
        await _peer.EndAsync();
        await _target.Lost.WaitAsync(Test);
        Assert.Contains("gone", (await Assert.ThrowsAsync<MigrationTargetException>(() => _target.IsRunningAsync(100, Test))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_the_tunnel_is_gone_another_one_is_opened_before_the_target_listens_again()
    {
        await OpenV2Async();
        _peer.Unreachable = "the network is cut";
        await _peer.EndAsync();
        await _target.Lost.WaitAsync(Test);
        Assert.Contains("cut", (await Assert.ThrowsAsync<MigrationTargetException>(() => _target.ListenAgainAsync(100, Test))).Message, StringComparison.Ordinal);

        using var next = new ScriptedPeer();
        _peer.Next = next;
        await next.SayAsync("tunnel online\nver 1\n");
        await Assert.ThrowsAsync<NotSupportedException>(() => _target.ListenAgainAsync(100, Test)); // its monitor is out of reach here
        Assert.Equal(1, next.Connections);
    }

    [Fact]
    public async Task A_lock_that_cannot_be_released_is_told_where_the_peer_keeps_one()
    {
        await OpenV2Async();
        await _peer.EndAsync("the host is gone");
        await _target.Lost.WaitAsync(Test);
        Assert.Contains("gone", (await Assert.ThrowsAsync<MigrationTargetException>(() => _target.UnlockAsync(100, Test))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_v1_peer_has_no_lock_to_release()
    {
        await _peer.SayAsync("tunnel online\nver 1\n");
        await _target.OpenAsync(Test);
        await _target.MakeReadyAsync(100, Test);
        await _peer.EndAsync();
        await _target.Lost.WaitAsync(Test);
        await _target.UnlockAsync(100, Test);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_destroyed_target_left_behind_is_removed_once_the_tunnel_is_closed(bool fails)
    {
        var transport = new Leaving(_peer, fails);
        await using var target = new TunnelTarget(IncomingQemu.OutOfReach("unix:/run/qemu-server/100.migrate", static _ => Task.CompletedTask), transport);
        await target.CloseAsync(Test);
        Assert.Equal(0, transport.Removals); // the guest may live there

        await target.DestroyAsync(100, Test);
        Assert.Equal(0, transport.Removals); // the source's guest waits for it
        await target.CloseAsync(Test);
        Assert.Equal(1, transport.Removals);
    }

    // the clock stands still
    [Fact]
    public async Task A_silent_peer_is_quit_at_once()
    {
        await _peer.SayAsync("tunnel online\n");
        await _target.OpenAsync(Test);
        Task closing = _target.CloseAsync(Test);
        Assert.Equal("quit\n", await _peer.HearRestAsync());
        await _peer.EndAsync();
        await closing;
        Assert.Equal("v0", _target.Dialect);
    }

    private async Task OpenV2Async(params string[] capabilities)
    {
        await _peer.SayAsync("tunnel online\nver 2\n");
        await _target.OpenAsync(Test);
        Task ready = _target.MakeReadyAsync(100, Test);
        await _peer.PlayAsync($$"""
            -> {"cmd":"version"}
            <- {"success":true,"api":2,"age":0,"capabilities":[{{string.Join(',', capabilities.Select(name => $"\"{name}\""))}}]}
            """);
        await ready;
    }

    private sealed class Leaving(ScriptedPeer peer, bool fails) : IMtunnelTransport
    {
        public int Removals { get; private set; }

        public string Name => peer.Name;

        public Task<IMtunnelConnection> ConnectAsync(CancellationToken cancellationToken) => peer.ConnectAsync(cancellationToken);

        public Task RemoveLeftoversAsync(TimeSpan deadline, CancellationToken cancellationToken = default)
        {
            Removals++;
            return fails ? Task.FromException(new MtunnelConnectionException("no route")) : Task.CompletedTask;
        }
    }
}
