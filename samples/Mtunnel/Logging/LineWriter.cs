namespace Mtunnel.Logging;

/// <summary>
/// Lines on their way to a stream, which a thread of its own writes: where the stream takes nothing, such as a pipe that nobody reads, only the log
/// stands still. What it has no room for is lost, and counted.
/// </summary>
internal sealed class LineWriter : IDisposable
{
    private const int MostWaiting = 1000;
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(1);

    private readonly Stream _output;
    private readonly Func<int, byte[]> _tellLost;
    private readonly Queue<byte[]> _waiting = new();
    private readonly Thread _thread;
    private int _lost;
    private bool _isEnded;

    /// <param name="output">What is written to; it is disposed of with the last line.</param>
    /// <param name="tellLost">The line that stands for so many lost ones.</param>
    public LineWriter(Stream output, Func<int, byte[]> tellLost)
    {
        (_output, _tellLost) = (output, tellLost);
        _thread = new Thread(Run) { IsBackground = true, Name = "log" };
        _thread.Start();
    }

    /// <summary>Never waits for the stream.</summary>
    public void Add(byte[] line)
    {
        lock (_waiting)
        {
            if (_waiting.Count >= MostWaiting)
            {
                _lost++;
                return;
            }

            TellLost();
            _waiting.Enqueue(line);
            Monitor.Pulse(_waiting);
        }
    }

    /// <summary>Writes what is there; a stream that takes nothing for a second is left alone.</summary>
    public void Dispose()
    {
        lock (_waiting)
        {
            TellLost();
            _isEnded = true;
            Monitor.Pulse(_waiting);
        }

        _thread.Join(LastPatience);
    }

    private void TellLost()
    {
        if (_lost > 0)
        {
            _waiting.Enqueue(_tellLost(_lost));
            _lost = 0;
        }
    }

    private void Run()
    {
        while (Take() is { } line)
        {
            try
            {
                _output.Write(line);
            }
            catch (IOException)
            {
                // a full disk ends no migration
            }
        }

        _output.Dispose();
    }

    private byte[]? Take()
    {
        lock (_waiting)
        {
            while (_waiting.Count == 0 && !_isEnded)
            {
                Monitor.Wait(_waiting);
            }

            return _waiting.TryDequeue(out var line) ? line : null;
        }
    }
}
