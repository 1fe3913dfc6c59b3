using System.Buffers;
using System.Text;
using System.Threading.Channels;
using Pve.Qmp.Framing;

namespace Pve.Qmp.Transcripts;

/// <summary>
/// What was seen and is not written yet, in the order and with the time it was seen. Adding never waits: where there is no room, lines
/// are counted, and a gap is written in their place.
/// </summary>
internal sealed class RecorderQueue(long maxQueuedBytes)
{
    private readonly Lock _lock = new();
    private readonly Channel<QueuedLine> _lines = Channel.CreateUnbounded<QueuedLine>(new UnboundedChannelOptions { SingleReader = true });
    private TimeProvider? _time;
    private long _start;
    private IWireTap? _current;
    private long _queued;
    private long _missedNow;
    private long _missed;
    private bool _closed;

    public ChannelReader<QueuedLine> Lines => _lines.Reader;

    public DateTimeOffset StartedAt { get; private set; }

    public long Missed => Interlocked.Read(ref _missed);

    public bool IsBusy => Volatile.Read(ref _current) is not null;

    /// <summary>Begins a conversation; false where another one lasts, or all is over. The first one's clock is the transcript's.</summary>
    public bool TryBegin(IWireTap conversation, string name, TimeProvider time)
    {
        lock (_lock)
        {
            if (_closed || _current is not null)
            {
                return false;
            }

            if (_time is null)
            {
                (_time, _start, StartedAt) = (time, time.GetTimestamp(), time.GetUtcNow());
            }

            Volatile.Write(ref _current, conversation);
            AddMark(new Mark(MarkKind.Connected, name));
            return true;
        }
    }

    public void Add(IWireTap conversation, QmpTranscriptDirection direction, ReadOnlySequence<byte> line)
    {
        // copied outside the lock, so that a long line holds nobody up; a wrong guess costs a copy
        var buffer = HasRoom(line.Length) ? QueuedLine.Copy(line) : null;
        lock (_lock)
        {
            if (_current != conversation)
            {
                // what comes after the end is not of the conversation any more
            }
            else if (buffer is not null && HasRoom(buffer.Length))
            {
                FlushGap();
                Enqueue(direction, buffer, (int)line.Length);
                return;
            }
            else
            {
                _missedNow++;
                Interlocked.Increment(ref _missed);
            }
        }

        if (buffer is not null)
        {
            QueuedLine.Return(buffer);
        }
    }

    public void End(IWireTap conversation, Mark end)
    {
        lock (_lock)
        {
            if (_current == conversation)
            {
                EndCurrent(end);
            }
        }
    }

    /// <summary>Takes no more; a conversation that lasts is told apart from one that ended.</summary>
    public void Close()
    {
        lock (_lock)
        {
            if (_current is not null)
            {
                EndCurrent(new Mark(MarkKind.RecordingEnded));
            }

            _closed = true;
            _lines.Writer.TryComplete();
        }
    }

    /// <summary>Gives the memory of a line back.</summary>
    public void Done(in QueuedLine line)
    {
        Interlocked.Add(ref _queued, -line.Cost);
        QueuedLine.Return(line.Buffer);
    }

    /// <summary>Counts a line that was taken and could not be written.</summary>
    public void Lost(in QueuedLine line)
    {
        if (line.Direction != QmpTranscriptDirection.Mark)
        {
            Interlocked.Increment(ref _missed);
        }

        Done(line);
    }

    // One line always fits, or a long one would never be recorded.
    private bool HasRoom(long length)
        => Interlocked.Read(ref _queued) is var queued && (queued == 0 || queued + QueuedLine.CostOf(length) <= maxQueuedBytes);

    private void EndCurrent(Mark end)
    {
        FlushGap();
        AddMark(end);
        Volatile.Write(ref _current, null);
    }

    private void FlushGap()
    {
        if (_missedNow > 0)
        {
            AddMark(new Mark(MarkKind.Gap, $"{_missedNow} messages were not recorded, because writing did not keep up"));
            _missedNow = 0;
        }
    }

    private void AddMark(Mark mark)
    {
        var text = Encoding.UTF8.GetBytes(mark.ToString());
        Enqueue(QmpTranscriptDirection.Mark, QueuedLine.Copy(new ReadOnlySequence<byte>(text)), text.Length);
    }

    private void Enqueue(QmpTranscriptDirection direction, byte[] buffer, int length)
    {
        var line = new QueuedLine(_time!.GetElapsedTime(_start), direction, buffer, length);
        Interlocked.Add(ref _queued, line.Cost);
        _lines.Writer.TryWrite(line);
    }
}
