using Microsoft.Extensions.Time.Testing;

namespace Pve.Migration.Tests.Tunnel;

/// <summary>A client, a peer that says what it is told to, and a clock that is moved by hand.</summary>
public abstract class MtunnelClientBench : IAsyncDisposable
{
    private readonly ScriptedPeer _peer = new();
    private MtunnelClient? _client;

    protected static CancellationToken Test => TestContext.Current.CancellationToken;

    protected FakeTimeProvider Time { get; } = new();

    private protected ScriptedPeer Peer => _peer;

    protected MtunnelClientOptions Options => new() { TimeProvider = Time, MaxLineLength = 1000 };

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync();
        }

        _peer.Dispose();
        GC.SuppressFinalize(this);
    }

    protected async Task<MtunnelClient> OpenV1Async()
    {
        MtunnelClient client = await OpenAsync("tunnel online\nver 1\n");
        Assert.Equal(MtunnelDialect.V1, await client.Negotiated);
        return client;
    }

    protected async Task<MtunnelClient> OpenAsync(string said, MtunnelClientOptions? options = null)
    {
        await _peer.SayAsync(said);
        return _client = await MtunnelClient.OpenAsync(_peer, options ?? Options, Test);
    }
}
