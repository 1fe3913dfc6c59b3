using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using Pve.Migration;
using Pve.Migration.Tunnel;

namespace Pve.Benchmarks.Tunnel;

/// <summary>
/// The codec of each dialect alone, at both ends: a request written and read, and its reply written and read, from the bytes that were written.
/// v0 has no request but <c>quit</c>, and no replies.
/// </summary>
internal static class CodecBenchmark
{
    private const double Limit = 1_000_000;
    private const int Rounds = 7;

    public static int Run(int exchanges)
    {
        var reached = true;
        foreach (var (codec, request) in new (MtunnelCodec, MtunnelCommand)[]
        {
            (MtunnelCodec.For(MtunnelDialect.V0), MtunnelCommand.Quit),
            (MtunnelCodec.For(MtunnelDialect.V1), MtunnelCommand.Resume(123456)),
            (MtunnelCodec.For(MtunnelDialect.V2), MtunnelCommand.Resume(123456)),
        })
        {
            var (rate, allocated) = Measure(codec, request, exchanges);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{$"{codec.Dialect} '{request}'",-20} {rate,12:#,0} exchanges/s   ratio to {Limit:#,0}: {rate / Limit,6:0.00}   {allocated:0.#} bytes allocated each"));
            reached &= codec.Dialect != MtunnelDialect.V1 || (rate >= Limit && allocated == 0);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"limit: v1 at least {Limit:#,0} exchanges/s and 0 bytes: {(reached ? "kept" : "MISSED")}"));
        return reached ? 0 : 1;
    }

    // Of several rounds the median's speed. The runtime allocates now and then itself, when it compiles a method anew: so the least counts.
    private static (double Rate, double Allocated) Measure(MtunnelCodec codec, MtunnelCommand request, int exchanges)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        var rates = new Figures();
        var least = double.PositiveInfinity;
        for (var round = -1; round < Rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < exchanges; i++)
            {
                Exchange(codec, request, output);
            }

            var took = Stopwatch.GetElapsedTime(start);
            if (round >= 0)
            {
                rates.Add(exchanges / took.TotalSeconds);
                least = Math.Min(least, (double)(GC.GetAllocatedBytesForCurrentThread() - before) / exchanges);
            }
        }

        return (rates.Median, least);
    }

    private static void Exchange(MtunnelCodec codec, MtunnelCommand request, ArrayBufferWriter<byte> output)
    {
        output.ResetWrittenCount();
        codec.TryWriteCommand(request, output);
        if (codec.ReadCommand(output.WrittenSpan[..^1]).Kind == MtunnelCommandKind.Ignored)
        {
            throw new InvalidOperationException($"{codec.Dialect} does not understand its own '{request}'.");
        }

        output.ResetWrittenCount();
        codec.WriteReply(MtunnelReply.Ok, output);
        if (codec.HasReplies && codec.ReadReply(output.WrittenSpan[..^1]).Kind != MtunnelReplyKind.Ok)
        {
            throw new InvalidOperationException($"{codec.Dialect} does not understand its own reply.");
        }
    }
}
