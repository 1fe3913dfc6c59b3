using System.IO.Pipelines;
using System.Net.Sockets;
using Nerdbank.Streams;

namespace Pve.Migration.Tests.Transports;

/// <summary>A server of channels, and a client that keeps to nothing.</summary>
public sealed class HostileChannelClientTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pve-h-").FullName;
    private readonly IDuplexPipe _servers;
    private readonly RawChannels _client;
    private readonly IDuplexPipe _clients;
    private MultiplexedServerOptions _options;

    public HostileChannelClientTests()
    {
        (_clients, _servers) = FullDuplexStream.CreatePipePair();
        _client = new RawChannels(_clients);
        _options = new MultiplexedServerOptions { AllowedSockets = [Path.Combine(_folder, "*.far")] };
    }

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    private string Far => Path.Combine(_folder, "a.far");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("\0")]
    [InlineData("tunnel online\n")]
    public async Task Junk_is_no_handshake(string junk)
    {
        Task served = ServeAsync();
        await _client.SayAsync(System.Text.Encoding.UTF8.GetBytes(junk));
        Assert.Contains("does not begin with a multiplexing handshake", await WhyAsync(served), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_frame_of_4_GB_is_not_awaited()
    {
        Task served = ServeAsync();
        await _client.SayAsync(RawChannels.Handshake, RawChannels.Offer(1, "control"), [0x93, 2, 1, 0xc6, 0xff, 0xff, 0xff, 0xff]);
        Assert.Contains("announces 4294967295 bytes, and at most 65536 are taken", await WhyAsync(served), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Thousands_of_channels_that_must_be_refused_end_the_connection()
    {
        Task served = ServeAsync();
        await _client.SayAsync(RawChannels.Handshake);
        for (int i = 0; i < 5000 && await _client.SayAsync(RawChannels.Offer((2 * i) + 1, "nothing")); i++)
        {
        }

        Assert.Contains("257 channels had to be refused", await WhyAsync(served), StringComparison.Ordinal);
    }

    [Fact]
    public async Task So_do_paths_that_are_not_allowed()
    {
        _options = _options with { MaxRefusals = 2 };
        Task served = ServeAsync();
        await _client.SayAsync(RawChannels.Handshake);
        for (int i = 0; i < 3; i++)
        {
            await _client.SayAsync(RawChannels.Offer((2 * i) + 1, "unix:/etc/shadow"));
        }

        Assert.Contains("3 channels had to be refused", await WhyAsync(served), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_that_is_not_there_is_asked_for_as_often_as_one_likes()
    {
        _options = _options with { MaxRefusals = 0 };
        Task served = ServeAsync();
        await _client.SayAsync(RawChannels.Handshake);
        await _client.ReadHandshakeAsync();
        for (int i = 0; i < 20; i++)
        {
            await _client.SayAsync(RawChannels.Offer((2 * i) + 1, $"unix:{Far}"));
            Assert.StartsWith("ERR: ", await _client.ReadContentAsync((2 * i) + 1), StringComparison.Ordinal);
        }

        await EndAsync(served);
    }

    [Fact]
    public async Task The_limit_of_connections_holds_whether_or_not_the_tunnel_runs()
    {
        _options = _options with { MaxConnections = 1, MaxRefusals = 1 };
        using Socket listener = UnixSockets.Listen(Far);
        Task served = ServeAsync();
        await _client.SayAsync(RawChannels.Handshake);
        await _client.ReadHandshakeAsync();
        await _client.SayAsync(RawChannels.Offer(1, $"unix:{Far}"));
        Assert.Equal("OK\n", await _client.ReadContentAsync(1));
        await _client.SayAsync(RawChannels.Offer(3, $"unix:{Far}"));
        Assert.Equal((RawChannels.Terminated, 3), await ReadCodeAsync());
        await EndAsync(served);
    }

    [Fact]
    public async Task A_channel_that_is_opened_and_never_used_is_in_nobodys_way()
    {
        using Socket listener = UnixSockets.Listen(Far);
        Task served = ServeAsync();
        await _client.SayAsync(RawChannels.Handshake, RawChannels.Offer(1, $"unix:{Far}"), RawChannels.Offer(3, "control"));
        await _client.ReadHandshakeAsync();
        using Socket unused = await listener.AcceptAsync(Test);
        Assert.StartsWith("tunnel online\n", await _client.ReadContentAsync(3), StringComparison.Ordinal);
        await _client.SayAsync(RawChannels.Frame(RawChannels.Content, 3, "resume 100\n"));
        Assert.Equal("OK\n", await _client.ReadContentAsync(3));
        await EndAsync(served);
        Assert.Equal(0, await UnixSockets.ReceiveAsync(unused, Test));
    }

    // its sender may send no more than the window: the channel is given up, and its memory with it
    [Fact]
    public async Task A_flood_beyond_the_window_ends_its_channel_and_the_tunnel_answers()
    {
        using Socket listener = UnixSockets.Listen(Far);
        Task served = ServeAsync();
        await _client.SayAsync(RawChannels.Handshake, RawChannels.Offer(1, "control"), RawChannels.Offer(3, $"unix:{Far}"));
        await _client.ReadHandshakeAsync();
        using Socket accepted = await listener.AcceptAsync(Test);
        byte[] flood = RawChannels.Frame(RawChannels.Content, 3, new byte[60_000]);
        (int Code, int Channel) last = default;
        Task reading = ReadAsync();
        for (int i = 0; i < 500 && await _client.SayAsync(flood) && !reading.IsCompleted; i++)
        {
        }

        await reading;
        await _client.SayAsync(RawChannels.Frame(RawChannels.Content, 1, "resume 100\n"));
        Assert.Equal("OK\n", await _client.ReadContentAsync(1));
        await EndAsync(served);

        async Task ReadAsync()
        {
            while (last is not (RawChannels.Terminated, 3))
            {
                last = await ReadCodeAsync();
            }
        }
    }

    [Fact]
    public async Task A_talk_that_is_cut_at_any_byte_ends()
    {
        byte[] talk =
        [
            .. RawChannels.Handshake, .. RawChannels.Offer(1, "control"), .. RawChannels.Frame(RawChannels.Content, 1, "resume 100\n"),
            .. RawChannels.Offer(3, $"unix:{Far}"), .. RawChannels.Frame(RawChannels.Content, 1, "quit\n"), 0x92, RawChannels.Written, 1, 0x92, RawChannels.Terminated, 3,
        ];
        for (int cut = 0; cut <= talk.Length; cut++)
        {
            (IDuplexPipe clients, IDuplexPipe servers) = FullDuplexStream.CreatePipePair();
            Task served = MultiplexedServer.ServeAsync(servers, ServeTunnel, _options, Test);
            await clients.Output.WriteAsync(talk.AsMemory(0, cut), Test);
            await clients.Output.CompleteAsync();
            Exception? e = await Record.ExceptionAsync(() => served.WaitAsync(Test));
            Assert.True(e is null or MtunnelConnectionException, $"{cut}: {e}");
        }
    }

    private static Task ServeTunnel(IDuplexPipe pipe, CancellationToken stop) => MtunnelServer.ServeAsync(pipe, new Resumer(), cancellationToken: stop);

    private static async Task<string> WhyAsync(Task served) => (await Assert.ThrowsAsync<MtunnelConnectionException>(() => served.WaitAsync(Test))).Message;

    private Task ServeAsync() => MultiplexedServer.ServeAsync(_servers, ServeTunnel, _options, Test);

    private async Task<(int Code, int Channel)> ReadCodeAsync()
    {
        (int code, int channel, _) = await _client.ReadFrameAsync();
        return (code, channel);
    }

    private async Task EndAsync(Task served)
    {
        await _client.EndAsync();
        await served.WaitAsync(Test);
    }
}
