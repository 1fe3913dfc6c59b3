using System.Buffers;

namespace Pve.Qmp.Framing;

/// <summary>Bytes that grow without being moved: chunks of pooled memory, each as large as all before it, at most a megabyte.</summary>
internal sealed class ChunkedBuffer
{
    private const int SmallestChunk = 4 * 1024;
    private const int LargestChunk = 1024 * 1024;

    private Chunk? _first;
    private Chunk? _last;

    public long Length { get; private set; }

    public void Append(in ReadOnlySequence<byte> bytes)
    {
        foreach (var segment in bytes)
        {
            var rest = segment.Span;
            while (!rest.IsEmpty)
            {
                var room = Room();
                var part = rest[..Math.Min(rest.Length, room.Free)];
                room.Append(part);
                rest = rest[part.Length..];
                Length += part.Length;
            }
        }
    }

    /// <summary>All of it; valid until <see cref="Append"/> or <see cref="Clear"/>.</summary>
    public ReadOnlySequence<byte> AsSequence()
        => _first is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(_first, 0, _last!, _last!.Memory.Length);

    public void Clear()
    {
        for (var chunk = _first; chunk is not null; chunk = (Chunk?)chunk.Next)
        {
            chunk.Release();
        }

        (_first, _last, Length) = (null, null, 0);
    }

    private Chunk Room()
    {
        if (_last is not { Free: > 0 })
        {
            var next = new Chunk((int)Math.Clamp(Length, SmallestChunk, LargestChunk), Length);
            _last?.Precede(next);
            _first ??= next;
            _last = next;
        }

        return _last;
    }

    private sealed class Chunk : ReadOnlySequenceSegment<byte>
    {
        private readonly byte[] _bytes;

        public Chunk(int size, long runningIndex)
        {
            _bytes = ArrayPool<byte>.Shared.Rent(size);
            RunningIndex = runningIndex;
        }

        public int Free => _bytes.Length - Memory.Length;

        public void Append(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(_bytes.AsSpan(Memory.Length));
            Memory = _bytes.AsMemory(0, Memory.Length + bytes.Length);
        }

        public void Precede(Chunk next) => Next = next;

        public void Release() => ArrayPool<byte>.Shared.Return(_bytes);
    }
}
