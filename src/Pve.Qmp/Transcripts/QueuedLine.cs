using System.Buffers;

namespace Pve.Qmp.Transcripts;

/// <summary>A line on its way to the file, in memory that is given back when it is written.</summary>
internal readonly record struct QueuedLine(TimeSpan Time, QmpTranscriptDirection Direction, byte[] Buffer, int Length)
{
    // what a line costs besides its bytes
    private const int Overhead = 64;

    public ReadOnlyMemory<byte> Bytes => Buffer.AsMemory(0, Length);

    public long Cost => CostOf(Buffer.Length);

    public static long CostOf(long length) => length + Overhead;

    public static byte[] Copy(ReadOnlySequence<byte> line)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)line.Length);
        line.CopyTo(buffer);
        return buffer;
    }

    public static void Return(byte[] buffer) => ArrayPool<byte>.Shared.Return(buffer);
}
