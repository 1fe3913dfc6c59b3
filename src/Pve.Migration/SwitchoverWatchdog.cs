using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Pve.Migration.Engine;
using Pve.Migration.Transports;
using Pve.Migration.Tunnel;

namespace Pve.Migration;

/// <summary>
/// Keeps a small process beside the source, a <see cref="SwitchoverWatchdogHolder"/>, from undoing the pause at <c>pre-switchover</c>: where this one dies or stands
/// still there, that one gives the guest back. It serves one migration at a time.
/// </summary>
/// <remarks>
/// One line each, on a pipe to the holder:
/// <code>
/// -> arm 5000     from now on something has to be heard every 5000 ms
/// &lt;- armed
/// -> alive
/// -> disarm       right before QEMU is told to go on
/// &lt;- disarmed     it never cancels from here on; or
/// &lt;- undone       it has cancelled
/// </code>
/// </remarks>
public sealed class SwitchoverWatchdog : IAsyncDisposable
{
    internal const int LongestLine = 64;

    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(1);

    private readonly IDuplexPipe _holder;
    private readonly TimeProvider _time;
    private readonly TimeSpan _patience;
    private readonly LineReader _answers;
    private readonly ITimer _refresh;
    private readonly Lock _gate = new();
    private Task _written = Task.CompletedTask;
    private volatile string? _broken;
    private volatile bool _isArmed;

    /// <summary>Takes over the pipe to a holder.</summary>
    /// <param name="holder">The holder's input and output, such as those of an <c>mtunnel watch</c>; completed with this.</param>
    /// <param name="patience">How long nothing may be heard of this process before it counts as dead, 100 ms to an hour; 5 s unless given.</param>
    /// <param name="time">The clock; the system's unless given.</param>
    public SwitchoverWatchdog(IDuplexPipe holder, TimeSpan? patience = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(holder);
        (_holder, _patience, _time) = (holder, patience ?? TimeSpan.FromSeconds(5), time ?? TimeProvider.System);
        ArgumentOutOfRangeException.ThrowIfLessThan(_patience, TimeSpan.FromMilliseconds(100), nameof(patience));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_patience, TimeSpan.FromHours(1), nameof(patience));
        _answers = new LineReader(holder.Input, LongestLine);
        _refresh = _time.CreateTimer(_ => Refresh(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends the pipe; a holder that is armed takes that for this process's death.</summary>
    public async ValueTask DisposeAsync()
    {
        await _refresh.DisposeAsync().ConfigureAwait(false);
        await _holder.Output.CompleteAsync().ConfigureAwait(false);
        await _holder.Input.CompleteAsync().ConfigureAwait(false);
    }

    /// <exception cref="MigrationFailedException">It is armed, but nobody watches any more.</exception>
    internal void ThrowIfLost()
    {
        if (_isArmed)
        {
            ThrowIfBroken();
        }
    }

    internal async Task ArmAsync(CancellationToken cancellationToken)
    {
        var answer = await AskAsync(string.Create(CultureInfo.InvariantCulture, $"arm {(long)_patience.TotalMilliseconds}"), cancellationToken).ConfigureAwait(false);
        if (answer != "armed")
        {
            throw new MigrationFailedException($"The watchdog said '{answer}', and not that it is armed.");
        }

        _isArmed = true;
        _refresh.Change(_patience / 3, _patience / 3);
    }

    /// <exception cref="MigrationFailedException">It has given the guest back, or does not answer.</exception>
    internal async Task DisarmAsync(CancellationToken cancellationToken)
    {
        StopRefreshing();
        var answer = await AskAsync("disarm", cancellationToken).ConfigureAwait(false);
        if (answer != "disarmed")
        {
            throw new MigrationFailedException(answer == "undone" ? "The watchdog heard nothing for too long, and gave the guest back." : $"The watchdog said '{answer}'.");
        }
    }

    /// <summary>The same where it does not matter any more.</summary>
    internal async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        if (_broken is not null)
        {
            StopRefreshing();
            Write("disarm").ForgetFailure(); // one that is only late shall not undo the next migration
            return;
        }

        try
        {
            await DisarmAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (MigrationFailedException)
        {
            // the guest is back already, and a holder that is gone watches nothing
        }
    }

    private void ThrowIfBroken()
    {
        if (_broken is { } why)
        {
            throw new MigrationFailedException(why, "Take a new watchdog.");
        }
    }

    private void StopRefreshing()
    {
        _isArmed = false;
        _refresh.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    // An answer that nobody waited for any more would be taken for the next one's.
    private async Task<string> AskAsync(string line, CancellationToken cancellationToken)
    {
        ThrowIfBroken();
        var broken = "The watchdog was left while it answered.";
        using var late = new CancellationTokenSource(AnswerWithin, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            await Write(line).WaitAsync(either.Token).ConfigureAwait(false);
            var read = await _answers.ReadAsync(either.Token).ConfigureAwait(false);
            broken = read.Kind == LineReadKind.Line ? null : "The watchdog is gone.";
            return broken is null ? Encoding.ASCII.GetString(read.Line.Span) : throw new MigrationFailedException(broken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            broken = $"The watchdog does not answer within {AnswerWithin.TotalSeconds:0.#} s.";
            throw new MigrationFailedException(broken);
        }
        catch (IOException e)
        {
            broken = $"The watchdog is gone: {e.Message}";
            throw new MigrationFailedException(broken, null, e);
        }
        finally
        {
            _broken ??= broken;
        }
    }

    private void Refresh()
    {
        lock (_gate)
        {
            if (_written.IsCompleted)
            {
                Write("alive").ForgetFailure(); // the migration sees that it is broken
            }
        }
    }

    private Task Write(string line)
    {
        lock (_gate)
        {
            return _written = WriteAsync(_written, line);
        }
    }

    private async Task WriteAsync(Task before, string line)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            var flushed = await _holder.Output.WriteAsync(Encoding.ASCII.GetBytes(line + "\n")).ConfigureAwait(false);
            if (flushed.IsCompleted)
            {
                throw new IOException("nobody reads what it is told");
            }
        }
        catch (Exception e)
        {
            _broken ??= $"The watchdog is gone: {e.Message}";
            throw;
        }
    }
}
