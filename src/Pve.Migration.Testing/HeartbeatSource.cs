using Pve.Migration.Testing.Heartbeat;

namespace Pve.Migration.Testing;

/// <summary>The part of the guest's ticks that one QEMU process wrote.</summary>
public sealed class HeartbeatSource
{
    private readonly byte[] _line = new byte[TickLine.Digits + 1];
    private readonly List<Waiter> _waiters = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate;
    private readonly TickRing _recent;
    private int _lineLength;
    private bool _afterFirstLine;

    internal HeartbeatSource(string name, Lock gate, TickRing recent)
    {
        Name = name;
        _gate = gate;
        _recent = recent;
    }

    /// <summary>What this source is called in reports.</summary>
    public string Name { get; }

    /// <summary>Completes when the stream has ended and all of it has been counted.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Ticks seen on this source so far.</summary>
    public long TicksSeen { get; private set; }

    internal uint FirstTick { get; private set; }

    internal uint LastTick { get; private set; }

    internal uint LowestTick { get; private set; } = uint.MaxValue;

    internal uint HighestTick { get; private set; }

    internal long FirstArrival { get; private set; }

    internal long LastArrival { get; private set; }

    internal long Lost { get; private set; }

    internal long Repeated { get; private set; }

    internal long Damaged { get; private set; }

    /// <summary>The first line if it is not whole: the end of one that began on another source; null while there is none.</summary>
    internal byte[]? Head { get; private set; }

    internal long HeadArrival { get; private set; }

    /// <summary>The line that has begun and not ended.</summary>
    internal ReadOnlySpan<byte> Tail => _line.AsSpan(0, _lineLength);

    /// <summary>Waits until this source has brought so many ticks.</summary>
    /// <exception cref="EndOfStreamException">The stream ended before.</exception>
    public Task WaitForTicksAsync(long ticks, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (TicksSeen >= ticks)
            {
                return Task.CompletedTask;
            }

            if (_ended.Task.IsCompleted)
            {
                return Task.FromException(EndedAfter());
            }

            var waiter = new Waiter(ticks);
            _waiters.Add(waiter);
            return waiter.Reached.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Counts bytes that have just arrived, for a caller that reads the serial port itself.</summary>
    /// <param name="bytes">What arrived.</param>
    /// <param name="timestamp">When, as <see cref="TimeProvider.GetTimestamp"/> says.</param>
    public void Append(ReadOnlySpan<byte> bytes, long timestamp)
    {
        lock (_gate)
        {
            while (bytes.IndexOf((byte)'\n') is >= 0 and var end)
            {
                AddToLine(bytes[..end]);
                EndLine(timestamp);
                bytes = bytes[(end + 1)..];
            }

            AddToLine(bytes);
            _waiters.RemoveAll(waiter => waiter.Ticks <= TicksSeen && waiter.Reached.TrySetResult());
        }
    }

    /// <summary>Says that no more bytes will come.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended.TrySetResult();
            _waiters.ForEach(waiter => waiter.Reached.TrySetException(EndedAfter()));
            _waiters.Clear();
        }
    }

    // one byte more than a tick has is kept: enough to know that a line is too long
    private void AddToLine(ReadOnlySpan<byte> bytes)
    {
        var fitting = bytes[..Math.Min(bytes.Length, _line.Length - _lineLength)];
        fitting.CopyTo(_line.AsSpan(_lineLength));
        _lineLength += fitting.Length;
    }

    private void EndLine(long timestamp)
    {
        if (TickLine.TryParse(Tail, out var tick))
        {
            CountTick(tick, timestamp);
        }
        else if (!_afterFirstLine && _lineLength < TickLine.Digits)
        {
            Head = Tail.ToArray();
            HeadArrival = timestamp;
        }
        else
        {
            Damaged++;
        }

        _afterFirstLine = true;
        _lineLength = 0;
    }

    private void CountTick(uint tick, long timestamp)
    {
        if (TicksSeen == 0)
        {
            FirstTick = tick;
            FirstArrival = timestamp;
        }
        else if (tick <= LastTick)
        {
            Repeated++;
        }
        else
        {
            Lost += tick - LastTick - 1;
        }

        TicksSeen++;
        LastTick = tick;
        LowestTick = Math.Min(LowestTick, tick);
        HighestTick = Math.Max(HighestTick, tick);
        LastArrival = timestamp;
        _recent.Add(this, tick, timestamp);
    }

    private EndOfStreamException EndedAfter() => new($"The serial port of {Name} ended after {TicksSeen} ticks.");

    private sealed record Waiter(long Ticks)
    {
        public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
