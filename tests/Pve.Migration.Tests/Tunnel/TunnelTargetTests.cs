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
