using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;

namespace Pve.Migration.Tests.Transports;

/// <summary>An end of a multiplexed connection that writes and reads frames itself, and so may write what the library never would.</summary>
internal sealed class RawChannels(IDuplexPipe pipe)
{
    public const int Offered = 0;
    public const int Accepted = 1;
    public const int Content = 2;
    public const int Written = 3;
    public const int Terminated = 4;

    private readonly Stream _input = pipe.Input.AsStream();

    /// <summary>[[2, 0], 16 bytes]; the greater ones offer channels by odd numbers, and these are the greatest.</summary>
    public static byte[] Handshake { get; } = [0x92, 0x92, 2, 0, 0xc4, 16, .. Enumerable.Repeat((byte)0xff, 16)];

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public static byte[] Frame(int code, int channel, byte[] payload)
    {
        byte[] frame = [0x93, (byte)code, 0xce, 0, 0, 0, 0, 0xc6, 0, 0, 0, 0, .. payload];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(3), channel);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(8), payload.Length);
        return frame;
    }

    public static byte[] Frame(int code, int channel, string payload) => Frame(code, channel, Encoding.UTF8.GetBytes(payload));

    /// <summary>[name, window]</summary>
    public static byte[] Offer(int channel, string name) =>
        Frame(Offered, channel, [0x92, 0xd9, (byte)name.Length, .. Encoding.UTF8.GetBytes(name), 0xce, 0, 0x10, 0, 0]);

    /// <summary>[window]</summary>
    public static byte[] Accept(int channel) => Frame(Accepted, channel, [0x91, 0xce, 0, 0x10, 0, 0]);

    /// <summary>Whether the other end took it.</summary>
    public async Task<bool> SayAsync(params byte[][] frames)
    {
        foreach (byte[] frame in frames)
        {
            if ((await pipe.Output.WriteAsync(frame, Test)).IsCompleted)
            {
                return false;
            }
        }

        return true;
    }

    public ValueTask EndAsync() => pipe.Output.CompleteAsync();

    public async Task ReadHandshakeAsync() => await ReadAsync(Handshake.Length);

    public async Task<(int Code, int Channel, byte[] Payload)> ReadFrameAsync()
    {
        int elements = (await ReadAsync(1))[0] - 0x90;
        int code = await ReadNumberAsync();
        int channel = elements > 1 ? await ReadNumberAsync() : 0;
        return (code, channel, elements > 2 ? await ReadAsync(await ReadNumberAsync()) : []);
    }

    /// <summary>The first content of a channel.</summary>
    public async Task<string> ReadContentAsync(int channel)
    {
        (int Code, int Channel, byte[] Payload) frame;
        do
        {
            frame = await ReadFrameAsync();
        }
        while (frame.Code != Content || frame.Channel != channel);
        return Encoding.UTF8.GetString(frame.Payload);
    }

    // an integer, or the length of a payload
    private async Task<int> ReadNumberAsync()
    {
        byte first = (await ReadAsync(1))[0];
        int width = first switch { < 0x80 => 0, 0xcc or 0xc4 => 1, 0xcd or 0xc5 => 2, 0xce or 0xc6 => 4, 0xcf => 8, _ => throw new InvalidDataException($"{first:x2}") };
        byte[] number = await ReadAsync(width);
        return width == 0 ? first : number.Aggregate(0, static (sum, next) => (sum << 8) | next);
    }

    private async Task<byte[]> ReadAsync(int count)
    {
        byte[] bytes = new byte[count];
        await _input.ReadExactlyAsync(bytes, Test);
        return bytes;
    }
}
