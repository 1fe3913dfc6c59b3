using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Pve.Qmp.Tests.Transcripts;

/// <summary>A clock that tells which timers are set, and goes from one to the next. Deadlines of the client are not gone to.</summary>
internal sealed class SteppedTime : FakeTimeProvider
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly Channel<TimeSpan> _set = Channel.CreateUnbounded<TimeSpan>();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime > TimeSpan.Zero && dueTime < Deadline)
        {
            _set.Writer.TryWrite(dueTime);
        }

        return timer;
    }

    /// <summary>How long the next timer waits, once it is set.</summary>
    public async Task<TimeSpan> NextAsync(CancellationToken cancellationToken) => await _set.Reader.ReadAsync(cancellationToken);

    /// <summary>Goes from timer to timer until <paramref name="task"/> is done.</summary>
    public async Task<T> RunAsync<T>(Task<T> task, CancellationToken cancellationToken)
    {
        while (true)
        {
            var set = _set.Reader.WaitToReadAsync(cancellationToken).AsTask();
            if (await Task.WhenAny(task, set) == task)
            {
                return await task;
            }

            if (_set.Reader.TryRead(out var wait))
            {
                Advance(wait);
            }
        }
    }

    public Task RunAsync(Task task, CancellationToken cancellationToken)
        => RunAsync(Task.Run(async () =>
        {
            await task;
            return true;
        }, cancellationToken), cancellationToken);
}
