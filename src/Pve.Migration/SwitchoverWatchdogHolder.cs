using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Pve.Migration.Engine;
using Pve.Migration.Tunnel;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration;

/// <summary>
/// Beside the source, in a process of its own: gives the guest back where it waits at <c>pre-switchover</c> and nothing more is heard of the migrator. It cancels
/// nowhere else, and never once it has said that it is disarmed: behind that point a cancelled source goes on beside a target that may have the whole guest.
/// </summary>
public sealed class SwitchoverWatchdogHolder
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    private readonly QmpClient _source;
    private readonly IDuplexPipe _migrator;
    private readonly TimeProvider _time;
    private TimeSpan? _patience;
    private volatile bool _isArmed;
    private long _heardAt;
    private bool _isSilent;
    private bool _isAlone;
    private bool _hasUndone;

    /// <summary>Creates the holder.</summary>
    /// <param name="source">A monitor of the source's QEMU of its own; it stays the caller's.</param>
    /// <param name="migrator">The migrator's end of the pipe, <see cref="SwitchoverWatchdog"/>; it stays the caller's.</param>
    /// <param name="time">The clock; the system's unless given.</param>
    public SwitchoverWatchdogHolder(QmpClient source, IDuplexPipe migrator, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(migrator);
        (_source, _migrator, _time) = (source, migrator, time ?? TimeProvider.System);
    }

    /// <summary>Whether a migrator relies on it: who ends it now leaves the guest to nobody.</summary>
    public bool IsArmed => _isArmed;

    // Only where it was not told otherwise does a dead migrator leave something to do.
    private bool IsOverdue => _patience is not null && (_isAlone || _isSilent);

    /// <summary>Serves the migrator until it is gone and nothing is left that could wait at <c>pre-switchover</c>, or the source is gone.</summary>
    /// <returns>Whether the guest was given back.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken = default)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var events = _source.Subscribe(QmpEvents.Migration.Name);
        var lines = new LineReader(_migrator.Input, SwitchoverWatchdog.LongestLine);
        var line = lines.ReadAsync(ending.Token).AsTask();
        var change = events.ReadAsync(ending.Token).AsTask();
        try
        {
            while (!_isAlone || _patience is not null)
            {
                _isArmed = _patience is not null;
                var isLate = await IsLateAsync([change, .. _isAlone ? Array.Empty<Task>() : [line]], cancellationToken).ConfigureAwait(false);
                _isSilent |= isLate && !line.IsCompleted;
                if (!_isAlone && line.IsCompleted)
                {
                    _isAlone = !await TakeAsync(line).ConfigureAwait(false);
                    line = _isAlone ? line : lines.ReadAsync(ending.Token).AsTask();
                }

                if (change.IsCompleted)
                {
                    await change.ConfigureAwait(false);
                    change = events.ReadAsync(ending.Token).AsTask();
                }

                if (IsOverdue)
                {
                    await LookAsync(cancellationToken).ConfigureAwait(false);
                }
            }

            return _hasUndone;
        }
        catch (QmpConnectionException)
        {
            return _hasUndone;
        }
        finally
        {
            _isArmed = false;
            await ending.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(line, change).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // The timer's own word counts: it may fire a little before the clock says so.
    private async Task<bool> IsLateAsync(IEnumerable<Task> news, CancellationToken cancellationToken)
    {
        using var woken = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var left = _patience is not { } patience ? Timeout.InfiniteTimeSpan
            : IsOverdue ? LookAgain
            : TimeSpan.FromTicks(Math.Max(0, (patience - _time.GetElapsedTime(_heardAt)).Ticks));
        var delay = Task.Delay(left, _time, woken.Token);
        var first = await Task.WhenAny([delay, .. news]).ConfigureAwait(false);
        await woken.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return first == delay;
    }

    // False where the migrator is gone, or is none.
    private async Task<bool> TakeAsync(Task<LineRead> reading)
    {
        string[] words;
        try
        {
            var read = await reading.ConfigureAwait(false);
            if (read.Kind != LineReadKind.Line)
            {
                return false;
            }

            words = Encoding.ASCII.GetString(read.Line.Span).Split(' ');
        }
        catch (IOException)
        {
            return false;
        }

        switch (words)
        {
            case ["arm", var text] when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds):
                _isArmed = true;
                (_patience, _heardAt, _isSilent, _hasUndone) = (TimeSpan.FromMilliseconds(milliseconds), _time.GetTimestamp(), false, false);
                await TellAsync("armed").ConfigureAwait(false);
                return true;
            case ["alive"]:
                (_heardAt, _isSilent) = (_time.GetTimestamp(), false);
                return true;
            case ["disarm"]:
                _patience = null;
                await TellAsync(_hasUndone ? "undone" : "disarmed").ConfigureAwait(false);
                return true;
            default:
                return false;
        }
    }

    // A QEMU whose lock is held answers late, and is asked again.
    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            await TryUndoAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (QmpTimeoutException)
        {
        }
    }

    private async Task TryUndoAsync(CancellationToken cancellationToken)
    {
        var info = await _source.ExecuteAsync(QmpCommands.QueryMigrate, cancellationToken: cancellationToken).ConfigureAwait(false);
        if (info.Status == MigrationStatus.PreSwitchover)
        {
            _hasUndone = true; // QEMU may carry it out whenever it answers
            await _source.ExecuteAsync(QmpCommands.MigrateCancel, cancellationToken: cancellationToken).ConfigureAwait(false);
            _patience = null;
        }
        else if (_isAlone && (info.Status is not { } status || SourceVm.IsOver(status)))
        {
            _patience = null;
        }
    }

    private async Task TellAsync(string line)
    {
        try
        {
            await _migrator.Output.WriteAsync(Encoding.ASCII.GetBytes(line + "\n")).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // it is gone, which the next line tells
        }
    }
}
