using Pve.Migration.Testing.Heartbeat;
using Pve.Migration.Testing.Processes;

namespace Pve.Migration.Testing;

/// <summary>Listens to a <see cref="BootSectorGuest"/> from outside, over as many migrations as it makes.</summary>
/// <remarks>
/// Attach one source for each QEMU process, in the order the guest may reach them, before that process may run. They must
/// be read without pause, which is what this type does: a full port stops the guest. It keeps counters and the most recent
/// ticks, so that it may listen for hours.
/// </remarks>
public sealed class SerialHeartbeat : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly TickRing _recent;
    private readonly List<HeartbeatSource> _sources = [];
    private readonly List<SerialReader> _readers = [];

    /// <param name="time">Stamps the ticks; null for the system's.</param>
    /// <param name="recentTicks">How many ticks keep their time of arrival.</param>
    public SerialHeartbeat(TimeProvider? time = null, int recentTicks = 16384)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(recentTicks, 2);
        _time = time ?? TimeProvider.System;
        _recent = new TickRing(recentTicks);
    }

    /// <summary>The time between two ticks of an undisturbed guest: 1 ms.</summary>
    public static TimeSpan NominalPeriod => TimeSpan.FromMilliseconds(1);

    /// <summary>The time since the last tick arrived; null before the first.</summary>
    public TimeSpan? Silence
    {
        get
        {
            lock (_gate)
            {
                var heard = _sources.Where(source => source.TicksSeen > 0).Select(source => source.LastArrival);
                return heard.Any() ? _time.GetElapsedTime(heard.Max()) : null;
            }
        }
    }

    /// <summary>Takes the serial port of a QEMU process and begins to read it.</summary>
    /// <param name="process">The process.</param>
    /// <param name="name">What reports call it.</param>
    /// <exception cref="InvalidOperationException">Its port has been taken.</exception>
    public HeartbeatSource Attach(QemuProcess process, string name)
    {
        ArgumentNullException.ThrowIfNull(process);
        return Attach(process.TakeSerial(), name);
    }

    /// <summary>Makes a FIFO and begins to read it: the serial port of a QEMU that others start (<c>-chardev file,path=...</c>).</summary>
    /// <param name="path">Where the FIFO lies; the caller deletes it.</param>
    /// <param name="name">What reports call it.</param>
    /// <exception cref="IOException">It can't be made.</exception>
    public HeartbeatSource Listen(string path, string name) => Attach(SerialFifo.Create(path), name);

    /// <summary>Begins to read the serial port of a QEMU process and owns the stream.</summary>
    /// <param name="serial">The port; disposing it must end a read under way, as it does with a socket's.</param>
    /// <param name="name">What reports call it.</param>
    public HeartbeatSource Attach(Stream serial, string name)
    {
        ArgumentNullException.ThrowIfNull(serial);
        var source = AddSource(name);
        lock (_gate)
        {
            _readers.Add(new SerialReader(serial, source, _time));
        }

        return source;
    }

    /// <summary>Adds a source whose bytes the caller reads and hands to <see cref="HeartbeatSource.Append"/>.</summary>
    /// <param name="name">What reports call it.</param>
    public HeartbeatSource AddSource(string name)
    {
        var source = new HeartbeatSource(name, _gate, _recent);
        lock (_gate)
        {
            _sources.Add(source);
        }

        return source;
    }

    /// <summary>What was heard so far. A line that was cut may look damaged until both sources are read to their ends.</summary>
    public HeartbeatReport Report()
    {
        lock (_gate)
        {
            return new TickSequence(_time, _sources).Report;
        }
    }

    /// <summary>The largest time between two ticks, of those gaps that lie at least partly within a window.</summary>
    /// <param name="since">Begin of the window, as <see cref="TimeProvider.GetTimestamp"/> says.</param>
    /// <param name="until">Its end; null for now.</param>
    /// <returns>The gap; null if the window has none among the recent ticks.</returns>
    public HeartbeatGap? LargestGap(long since, long? until = null)
    {
        TickRing.Entry[] ticks;
        lock (_gate)
        {
            ticks = [.. _recent.ToArray(), .. new TickSequence(_time, _sources).Joined];
        }

        // sorted outside: a reader that waits stamps what comes next too late
        Array.Sort(ticks, (left, right) => (left.Timestamp, left.Tick).CompareTo((right.Timestamp, right.Tick)));
        var widest = 0;
        for (var i = 1; i < ticks.Length; i++)
        {
            var inside = ticks[i].Timestamp >= since && ticks[i - 1].Timestamp <= (until ?? long.MaxValue);
            if (inside && (widest == 0 || Length(i) > Length(widest)))
            {
                widest = i;
            }
        }

        return widest == 0 ? null : Gap(ticks[widest - 1], ticks[widest]);

        long Length(int i) => ticks[i].Timestamp - ticks[i - 1].Timestamp;
    }

    /// <summary>Closes the serial ports and waits for their readers.</summary>
    public async ValueTask DisposeAsync()
    {
        SerialReader[] readers;
        lock (_gate)
        {
            readers = [.. _readers];
            _readers.Clear();
        }

        foreach (var reader in readers)
        {
            await reader.DisposeAsync().ConfigureAwait(false);
        }
    }

    private HeartbeatGap Gap(TickRing.Entry before, TickRing.Entry after) =>
        new(_time.GetElapsedTime(before.Timestamp, after.Timestamp), before.Tick, after.Tick, before.Source.Name, after.Source.Name);
}
