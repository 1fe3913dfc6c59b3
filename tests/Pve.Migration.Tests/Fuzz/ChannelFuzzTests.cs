using System.IO.Pipelines;
using CsCheck;
using Pve.Qmp.Tests.Fuzz;
using Nerdbank.Streams;
using Pve.Migration.Tests.Transports;

namespace Pve.Migration.Tests.Fuzz;

/// <summary>Whatever frames a peer of a multiplexed connection sends, either end of ours ends with them, and says why. A tenth of the inputs.</summary>
public sealed class ChannelFuzzTests
{
    private static readonly string[] Names = ["control", "unix:/run/none.far", "unix:/etc/passwd", "", "other"];

    private static readonly Gen<byte[]> Payload = Gen.Frequency(
        (2, Gen.Const("quit\n"u8.ToArray())), (2, Gen.Byte.Array[0, 20]), (1, Gen.Const<byte[]>([0x91, 0xcd, 0x40, 0])), (1, Gen.Int[0, 70_000].Select(static n => new byte[n])));

    private static readonly Gen<byte[]> Frame = Gen.OneOf(
        Gen.Select(Gen.Int[0, 6], Gen.Int[0, 6], Payload).Select(static (code, channel, payload) => RawChannels.Frame(code, channel, payload)),
        Gen.Select(Gen.Int[1, 9], Gen.Int[0, Names.Length - 1]).Select(static (channel, name) => RawChannels.Offer(channel, Names[name])),
        Gen.Int[0, 6].Select(static channel => RawChannels.Accept(channel)),
        Gen.Select(Gen.Int[0, 6], Gen.Int[0, 6]).Select(static (code, channel) => new byte[] { 0x92, (byte)code, (byte)channel }));

    private static readonly Gen<byte[]> Talk = Gen.Select(
        Gen.Frequency((9, Gen.Const(RawChannels.Handshake)), (1, FuzzBytes.Spoilt(Gen.Const(RawChannels.Handshake)))),
        Gen.Frequency((8, Frame), (1, FuzzBytes.Spoilt(Frame))).Array[0, 8]).Select(static (first, frames) => first.Concat(frames.SelectMany(static bytes => bytes)).ToArray());

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_client_that_says_anything() => Talk.SampleAsync(static async talk =>
    {
        (IDuplexPipe clients, IDuplexPipe servers) = FullDuplexStream.CreatePipePair(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
        Task served = MultiplexedServer.ServeAsync(servers, ServeTunnel, new MultiplexedServerOptions { AllowedSockets = ["/run/*.far"] }, Test);
        await clients.Output.WriteAsync(talk);
        await clients.Output.CompleteAsync();
        Exception? e = await Record.ExceptionAsync(() => served.WaitAsync(Test));
        Assert.True(e is null or MtunnelConnectionException, $"{e}");
    }, iter: FuzzInput.Count / 10, print: Convert.ToHexString);

    [Fact]
    public Task A_server_that_says_anything() => Talk.SampleAsync(static async talk =>
    {
        var transport = new MultiplexedTransport(new InProcessTransport(async (pipe, stop) =>
        {
            await pipe.Output.WriteAsync(talk, stop);
            await pipe.Output.CompleteAsync();
        }));
        try
        {
            await using IMtunnelConnection connection = await transport.ConnectAsync(Test);
            Assert.NotEqual("", await connection.Ended.WaitAsync(Test));
        }
        catch (MtunnelConnectionException e)
        {
            Assert.Contains("see that a MultiplexedServer is at the other end", e.Message, StringComparison.Ordinal);
        }
    }, iter: FuzzInput.Count / 10, print: Convert.ToHexString);

    private static Task ServeTunnel(IDuplexPipe pipe, CancellationToken stop) => MtunnelServer.ServeAsync(pipe, new Resumer(), cancellationToken: stop);
}
