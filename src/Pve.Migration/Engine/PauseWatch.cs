namespace Pve.Migration.Engine;

/// <summary>Fires once the guest has been paused for longer than the caller allows, and never after the commit.</summary>
internal sealed class PauseWatch : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TimeSpan? _limit;
    private readonly CancellationTokenSource _exceeded = new();
    private readonly Lock _watching = new();
    private readonly ITimer _timer;
    private Func<Task<bool>> _isOurs = () => Task.FromResult(true);
    private long? _pausedAt;
    private bool _isOver;
    private bool _isExceeded;

    public PauseWatch(TimeProvider time, TimeSpan? limit)
    {
        (_time, _limit) = (time, limit);
        _timer = time.CreateTimer(_ => _ = ExpireAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public CancellationToken Exceeded => _exceeded.Token;

    /// <summary>When the guest was paused, in our time; null while it runs.</summary>
    public TimeSpan? PausedAt => _pausedAt is { } at ? _time.GetElapsedTime(0, at) : null;

    /// <summary>Sets who is asked, before anything is undone, whether it is the migration that pauses the guest.</summary>
    public void AskBefore(Func<Task<bool>> isOurs) => _isOurs = isOurs;

    /// <param name="at">When STOP was heard, as a timestamp.</param>
    public void Paused(long at)
    {
        lock (_watching)
        {
            _pausedAt = at;
            if (_limit is { } limit && !_isOver)
            {
                var left = limit - _time.GetElapsedTime(at);
                _timer.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void WentOn()
    {
        lock (_watching)
        {
            _pausedAt = null;
            if (!_isOver)
            {
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>From here on nothing is undone for it.</summary>
    /// <exception cref="OperationCanceledException">It was too late for that already.</exception>
    public void Commit()
    {
        lock (_watching)
        {
            if (_isExceeded)
            {
                throw new OperationCanceledException("The guest was paused for too long.", _exceeded.Token);
            }

            Dispose();
        }
    }

    public void Dispose()
    {
        lock (_watching)
        {
            _isOver = true;
            _timer.Dispose();
        }
    }

    private async Task ExpireAsync()
    {
        var asked = _pausedAt;
        var isOurs = await _isOurs().ConfigureAwait(false);
        lock (_watching)
        {
            if (_isOver || _pausedAt is null || _pausedAt != asked || !isOurs)
            {
                return;
            }

            _isOver = _isExceeded = true;
        }

        await _exceeded.CancelAsync().ConfigureAwait(false);
    }
}
