using System.Buffers;
using System.IO.Pipelines;

namespace Pve.Migration.Tunnel;

// Lines end in LF and in nothing else: a CR belongs to the line. Without a timeout an unfinished one is awaited for ever.
internal sealed class LineReader(PipeReader input, int maxLineLength, TimeSpan? lineTimeout = null, TimeProvider? time = null)
{
    // bytes at the start of the buffer known to hold no LF: none is looked at twice
    private long _scanned;
    private SequencePosition? _consumed;

    public async ValueTask<LineRead> ReadAsync(CancellationToken cancellationToken)
    {
        Release();
        CancellationTokenSource? late = null;
        CancellationTokenSource? either = null;
        try
        {
            while (true)
            {
                ReadResult result = await input.ReadAsync(either?.Token ?? cancellationToken).ConfigureAwait(false);
                ReadOnlySequence<byte> buffer = result.Buffer;
                if (TryRead(buffer, result.IsCompleted) is { } read)
                {
                    return read;
                }

                if (late is null && lineTimeout is { } timeout && !buffer.IsEmpty)
                {
                    late = new CancellationTokenSource(timeout, time!);
                    either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
                }

                input.AdvanceTo(buffer.Start, buffer.End);
            }
        }
        catch (OperationCanceledException) when (late is { IsCancellationRequested: true } && !cancellationToken.IsCancellationRequested)
        {
            return new LineRead(LineReadKind.Stalled, default, More: false);
        }
        finally
        {
            either?.Dispose();
            late?.Dispose();
        }
    }

    // Lets go of the last line; what lies behind it is somebody else's to read then.
    public void Release()
    {
        if (_consumed is { } consumed)
        {
            _consumed = null;
            input.AdvanceTo(consumed);
        }
    }

    private LineRead? TryRead(ReadOnlySequence<byte> buffer, bool isCompleted)
    {
        if (buffer.Slice(_scanned).PositionOf((byte)'\n') is { } end)
        {
            _scanned = 0;
            SequencePosition next = buffer.GetPosition(1, end);
            ReadOnlySequence<byte> line = buffer.Slice(0, end);
            _consumed = next;
            return line.Length > maxLineLength
                ? new LineRead(LineReadKind.TooLong, default, More: true)
                : new LineRead(LineReadKind.Line, Flatten(line), More: !buffer.Slice(next).IsEmpty);
        }

        _scanned = buffer.Length;
        if (buffer.Length > maxLineLength)
        {
            _consumed = buffer.Start;
            return new LineRead(LineReadKind.TooLong, default, More: true);
        }

        if (isCompleted)
        {
            _consumed = buffer.Start;
            return new LineRead(buffer.IsEmpty ? LineReadKind.End : LineReadKind.CutOff, Flatten(buffer), More: false);
        }

        return null;
    }

    // a line seldom straddles two segments: then, and only then, it is copied
    private static ReadOnlyMemory<byte> Flatten(ReadOnlySequence<byte> bytes) => bytes.IsSingleSegment ? bytes.First : bytes.ToArray();
}
