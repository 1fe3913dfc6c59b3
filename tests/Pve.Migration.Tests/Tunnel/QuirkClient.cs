using Microsoft.Extensions.Time.Testing;

namespace Pve.Migration.Tests.Tunnel;

// Our client against a scripted peer, on a clock that is advanced by hand.
internal sealed class QuirkClient : IAsyncDisposable
{
    private MtunnelClient? _client;

    public FakeTimeProvider Time { get; } = new();

    public ScriptedPeer Peer { get; } = new();

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    /// <summary>Opens it against a peer that says this, dialogue and all.</summary>
    public async Task<MtunnelClient> OpenAsync(string transcript)
    {
        Task<MtunnelClient> opening = MtunnelClient.OpenAsync(Peer, new MtunnelClientOptions { TimeProvider = Time }, Test);
        await Peer.PlayAsync(transcript);
        return _client = await opening;
    }

    public async Task<MtunnelClient> OpenV1Async()
    {
        MtunnelClient client = await OpenAsync("<- tunnel online\n<- ver 1");
        Assert.Equal(MtunnelDialect.V1, await client.Negotiated);
        return client;
    }

    public async Task<MtunnelClient> OpenV2Async(string version = """{"success":true,"api":2,"age":0}""")
    {
        MtunnelClient client = await OpenAsync($$"""
            <- tunnel online
            <- ver 2
            -> {"cmd":"version"}
            <- {{version}}
            """);
        Assert.Equal(MtunnelDialect.V2, await client.Negotiated);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync();
        }

        Peer.Dispose();
    }
}
