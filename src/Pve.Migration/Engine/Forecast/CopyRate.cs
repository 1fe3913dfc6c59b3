using Pve.Qmp.Commands;

namespace Pve.Migration.Engine.Forecast;

/// <summary>
/// How fast the copy goes of late. QEMU measures over 100 ms, which on a busy host is anything; the bytes of the last two seconds are steadier, but say
/// little where pages of zeros went by. The larger of both is taken.
/// </summary>
internal sealed class CopyRate
{
    private const int MeasuredKept = 7;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LeastWindow = TimeSpan.FromMilliseconds(200);

    private readonly Queue<double> _measured = new();
    private readonly Queue<(TimeSpan At, long Sent)> _sent = new();

    /// <summary>Bytes a second; 0 before any were measured.</summary>
    public double BytesPerSecond { get; private set; }

    /// <summary>Forgets what was seen, since the limit is another.</summary>
    public void Restart()
    {
        _measured.Clear();
        _sent.Clear();
    }

    public void Note(MigrationRamStats ram, TimeSpan now)
    {
        if (ram.Mbps > 0)
        {
            _measured.Enqueue(ram.Mbps * 1_000_000 / 8);
        }

        _sent.Enqueue((now, ram.Transferred));
        while (_measured.Count > MeasuredKept)
        {
            _measured.Dequeue();
        }

        // One from before the window stays, so that it is filled.
        while (_sent.Count > 2 && now - _sent.ElementAt(1).At >= Window)
        {
            _sent.Dequeue();
        }

        var (since, bytes) = _sent.Peek();
        var average = now - since >= LeastWindow ? (ram.Transferred - bytes) / (now - since).TotalSeconds : 0;
        var median = _measured.Count > 0 ? _measured.Order().ElementAt(_measured.Count / 2) : 0;
        BytesPerSecond = Math.Max(average, median);
    }
}
