using System.Buffers;
using System.IO.Pipelines;
using Pve.Migration.Testing.Simulation;

namespace Pve.Migration.Testing.Faults;

/// <summary>One way of a connection: carries bytes on, and has each fault strike once, where it is due.</summary>
internal sealed class FaultyWire(IEnumerable<WireFault> faults, TimeProvider time, Action<WireFault> struck, Action cut)
{
    private readonly List<WireFault> _due = [.. faults];
    private long _bytes;
    private long _lines;

    /// <summary>Carries until the end, or until a fault ends it; completes neither.</summary>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task CarryAsync(PipeReader from, PipeWriter to, CancellationToken stop)
    {
        while (await CarryOnAsync(from, to, stop).ConfigureAwait(false))
        {
        }
    }

    private async Task<bool> CarryOnAsync(PipeReader from, PipeWriter to, CancellationToken stop)
    {
        var read = await from.ReadAsync(stop).ConfigureAwait(false);
        var rest = read.Buffer;
        while (true)
        {
            var (fault, distance) = Next(rest);
            rest = Pass(rest, distance, to);
            if (fault is null || !TryFindEnd(fault, rest, read.IsCompleted, out var length))
            {
                break;
            }

            await to.FlushAsync(stop).ConfigureAwait(false);
            _due.Remove(fault);
            struck(fault);
            if (!await StrikeAsync(fault, rest.Slice(0, length), to, stop).ConfigureAwait(false))
            {
                await to.FlushAsync(stop).ConfigureAwait(false);
                return false;
            }

            Count(rest.Slice(0, length));
            rest = rest.Slice(length);
        }

        var flushed = await to.FlushAsync(stop).ConfigureAwait(false);
        from.AdvanceTo(rest.Start, rest.End);
        return !read.IsCompleted && !flushed.IsCompleted;
    }

    /// <summary>Whether it goes on afterwards.</summary>
    private async Task<bool> StrikeAsync(WireFault fault, ReadOnlySequence<byte> hit, PipeWriter to, CancellationToken stop)
    {
        switch (fault.Kind)
        {
            case WireFaultKind.Drop:
                return true;
            case WireFaultKind.Duplicate:
                Write(hit, to);
                Write(hit, to);
                return true;
            case WireFaultKind.Truncate:
                Write(hit.Slice(0, hit.Length / 2), to);
                return false;
            case WireFaultKind.Delay:
                await time.PassAsync(fault.By, stop).ConfigureAwait(false);
                return true;
            case WireFaultKind.Freeze:
                await Task.Delay(Timeout.InfiniteTimeSpan, time, stop).ConfigureAwait(false);
                return false;
            default:
                cut();
                return false;
        }
    }

    /// <summary>The next fault and how many bytes are before it; none, and all bytes, where none is due within them.</summary>
    private (WireFault? Fault, long Distance) Next(ReadOnlySequence<byte> bytes)
    {
        (WireFault? Fault, long Distance) next = (null, bytes.Length);
        foreach (var fault in _due)
        {
            if (DistanceTo(fault.At, bytes) is { } distance && distance < next.Distance)
            {
                next = (fault, distance);
            }
        }

        return next;
    }

    private long? DistanceTo(WirePlace place, ReadOnlySequence<byte> bytes)
    {
        if (!place.IsLine)
        {
            return place.Index >= _bytes ? place.Index - _bytes : null;
        }

        if (place.Index < _lines)
        {
            return null;
        }

        var reader = new SequenceReader<byte>(bytes);
        for (var line = _lines; line < place.Index; line++)
        {
            if (!reader.TryAdvanceTo((byte)'\n'))
            {
                return null;
            }
        }

        return reader.Consumed;
    }

    // Only what is changed is waited for as a whole; what ends before its end does ends it.
    private static bool TryFindEnd(WireFault fault, ReadOnlySequence<byte> bytes, bool isLast, out long length)
    {
        length = 0;
        if (fault.Kind is not (WireFaultKind.Drop or WireFaultKind.Duplicate or WireFaultKind.Truncate))
        {
            return true;
        }

        length = bytes.Length;
        if (!fault.At.IsLine)
        {
            length = Math.Min(length, fault.At.Count);
            return length == fault.At.Count || isLast;
        }

        if (bytes.PositionOf((byte)'\n') is not { } end)
        {
            return isLast;
        }

        length = bytes.Slice(0, bytes.GetPosition(1, end)).Length;
        return true;
    }

    private ReadOnlySequence<byte> Pass(ReadOnlySequence<byte> bytes, long count, PipeWriter to)
    {
        var passing = bytes.Slice(0, count);
        Write(passing, to);
        Count(passing);
        return bytes.Slice(count);
    }

    private void Count(ReadOnlySequence<byte> bytes)
    {
        _bytes += bytes.Length;
        foreach (var segment in bytes)
        {
            _lines += segment.Span.Count((byte)'\n');
        }
    }

    private static void Write(ReadOnlySequence<byte> bytes, PipeWriter to)
    {
        foreach (var segment in bytes)
        {
            to.Write(segment.Span);
        }
    }
}
