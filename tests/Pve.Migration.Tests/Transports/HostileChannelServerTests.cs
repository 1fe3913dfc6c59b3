using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;

namespace Pve.Migration.Tests.Transports;

/// <summary>A client of channels, and a server that keeps to nothing.</summary>
public sealed class HostileChannelServerTests : IDisposable
{
    private const int Control = 2; // the client has the even numbers

    private readonly string _folder = Directory.CreateTempSubdirectory("pve-h-").FullName;
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    private string Near => Path.Combine(_folder, "near");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("tunnel online\nver 1\n")]
    [InlineData("\0")]
    public async Task Junk_is_no_handshake(string junk)
    {
        Task<IMtunnelConnection> connecting = Transport(server => server.SayAsync(System.Text.Encoding.UTF8.GetBytes(junk))).ConnectAsync(Test);
        MtunnelConnectionException e = await Assert.ThrowsAsync<MtunnelConnectionException>(() => connecting);
        Assert.Contains("does not begin with a multiplexing handshake", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_frame_of_4_GB_is_not_awaited()
    {
        MultiplexedTransport transport = Transport(server => server.SayAsync(
            RawChannels.Accept(Control), [0x93, 2, Control, 0xc6, 0xff, 0xff, 0xff, 0xff]), awaitsOffer: true);
        Assert.Contains("announces 4294967295 bytes, and at most 65536 are taken", await WhyEndedAsync(transport), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Channels_that_a_server_offers_are_refused_and_end_the_connection()
    {
        MultiplexedTransport transport = Transport(async server =>
        {
            await server.SayAsync(RawChannels.Accept(Control));
            for (int i = 0; i < 5000 && await server.SayAsync(RawChannels.Offer((2 * i) + 1, "mine")); i++)
            {
            }
        }, awaitsOffer: true);
        Assert.Contains("offers channels", await WhyEndedAsync(transport), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_channel_without_a_word_is_given_up()
    {
        var silent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        MultiplexedTransport transport = Transport(async server =>
        {
            await server.SayAsync(RawChannels.Accept(Control));
            (int code, int channel, _) = await server.ReadFrameAsync();
            Assert.Equal(RawChannels.Offered, code);
            await server.SayAsync(RawChannels.Accept(channel));
            silent.SetResult();
        }, awaitsOffer: true);
        await using IMtunnelConnection connection = await transport.ConnectAsync(Test);
        await using IForwardedSocket forward = await connection.ForwardAsync(new SocketForward(Near, "/run/far"), Test);
        using Socket near = await UnixSockets.ConnectAsync(Near, Test);
        await silent.Task.WaitAsync(Test);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(0, await UnixSockets.ReceiveAsync(near, Test));
        Assert.Contains("did not open /run/far within 10 s", forward.LastFailure, StringComparison.Ordinal);
        Assert.False(connection.Ended.IsCompleted);
    }

    [Fact]
    public async Task A_talk_that_is_cut_at_any_byte_ends()
    {
        byte[] talk = [.. RawChannels.Handshake, .. RawChannels.Accept(Control), .. RawChannels.Frame(RawChannels.Content, Control, "tunnel online\n"), 0x92, RawChannels.Written, Control];
        for (int cut = 0; cut <= talk.Length; cut++)
        {
            MultiplexedTransport transport = Transport(async server =>
            {
                await server.SayAsync(talk[..Math.Min(cut, RawChannels.Handshake.Length)]);
                if (cut > RawChannels.Handshake.Length)
                {
                    await server.ReadHandshakeAsync();
                    await server.ReadFrameAsync();
                    await server.SayAsync(talk[RawChannels.Handshake.Length..cut]);
                }

                await server.EndAsync();
            });
            Assert.StartsWith("channels over", await WhyEndedAsync(transport), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Options_are_checked()
    {
        Refuses(new MultiplexedTransportOptions { ChannelTimeout = TimeSpan.Zero });
        Refuses(new MultiplexedTransportOptions { MaxFrameLength = 20 * 1024 - 1 });

        static void Refuses(MultiplexedTransportOptions options) =>
            Assert.Throws<ArgumentOutOfRangeException>(() => new MultiplexedTransport(new UnixTransport("/x"), options));
    }

    private static async Task<string> WhyEndedAsync(MultiplexedTransport transport)
    {
        try
        {
            await using IMtunnelConnection connection = await transport.ConnectAsync(Test);
            return await connection.Ended.WaitAsync(Test);
        }
        catch (MtunnelConnectionException e)
        {
            return e.Message; // it was seen before the tunnel's channel was open
        }
    }

    private MultiplexedTransport Transport(Func<RawChannels, Task> says, bool awaitsOffer = false) =>
        new(new InProcessTransport(async (pipe, stop) =>
        {
            var server = new RawChannels(pipe);
            if (awaitsOffer)
            {
                await server.SayAsync(RawChannels.Handshake);
                await server.ReadHandshakeAsync();
                await server.ReadFrameAsync();
            }

            await says(server);
            await Task.Delay(Timeout.InfiniteTimeSpan, _time, stop);
        }), new MultiplexedTransportOptions { TimeProvider = _time });
}
