namespace Pve.Migration.Testing.Heartbeat;

/// <summary>Reads one serial port on a thread of its own: no queue of the thread pool stands between a tick and its timestamp.</summary>
internal sealed class SerialReader : IAsyncDisposable
{
    private readonly Stream _serial;
    private readonly HeartbeatSource _ticks;
    private readonly TimeProvider _time;
    private readonly Task _loop;

    public SerialReader(Stream serial, HeartbeatSource ticks, TimeProvider time)
    {
        _serial = serial;
        _ticks = ticks;
        _time = time;
        _loop = Task.Factory.StartNew(Read, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public async ValueTask DisposeAsync()
    {
        await _serial.DisposeAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
    }

    private void Read()
    {
        var buffer = new byte[4096];
        try
        {
            while (_serial.Read(buffer) is > 0 and var count)
            {
                var now = _time.GetTimestamp();
                _ticks.Append(buffer.AsSpan(0, count), now);
            }
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
            // a QEMU that was killed, or our own end
        }
        finally
        {
            _serial.Dispose();
            _ticks.End();
        }
    }
}
