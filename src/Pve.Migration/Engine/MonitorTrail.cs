using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine;

/// <summary>What one QEMU told by events since it is watched, and whether its monitor still lives.</summary>
internal sealed class MonitorTrail : IAsyncDisposable
{
    private readonly QmpEventSubscription _events;
    private readonly AutoResetSignal _changed;
    private readonly PauseWatch? _pause;
    private readonly StopCause? _stop;
    private readonly Task _pump;
    private long? _setupSentAt;
    private long? _resumeSentAt;
    private volatile bool _closing;
    private readonly TaskCompletionSource _resumed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Watches <paramref name="monitor"/> from now on and signals each change.</summary>
    /// <param name="monitor">The monitor.</param>
    /// <param name="changed">Set at each change.</param>
    /// <param name="pause">Told when the guest is paused and goes on.</param>
    /// <param name="stop">Told the same.</param>
    public MonitorTrail(QmpClient monitor, AutoResetSignal changed, PauseWatch? pause = null, StopCause? stop = null)
    {
        (Monitor, _changed, _pause, _stop) = (monitor, changed, pause, stop);
        Clock = new HostClock(monitor.TimeProvider);
        _events = monitor.Subscribe("STOP", "RESUME", "MIGRATION", "MIGRATION_PASS", "SHUTDOWN", "RESET");
        _pump = PumpAsync();
    }

    public QmpClient Monitor { get; }

    /// <summary>The host's clock against ours, learnt from the events.</summary>
    public HostClock Clock { get; }

    /// <summary>The latest STOP.</summary>
    public QmpEvent? Stopped { get; private set; }

    /// <summary>Whether the guest was stopped and has not gone on since.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>The latest RESUME.</summary>
    public QmpEvent? Resumed { get; private set; }

    /// <summary>The latest <c>completed</c>.</summary>
    public QmpEvent? Completed { get; private set; }

    /// <summary>The latest <c>pre-switchover</c>.</summary>
    public QmpEvent? PreSwitchover { get; private set; }

    /// <summary>The first <c>postcopy-active</c>; null where the guest did not go ahead of its RAM.</summary>
    public QmpEvent? WentAhead { get; private set; }

    /// <summary>The latest state of the stream; null where no event told one.</summary>
    public MigrationStatus? Status { get; private set; }

    /// <summary>The pass over the RAM that is under way.</summary>
    public long Pass { get; private set; }

    /// <summary>Why the guest itself ended, in QEMU's words; null while it has not.</summary>
    public string? GuestEnd { get; private set; }

    /// <summary>How often the guest was reset.</summary>
    public int Resets { get; private set; }

    /// <summary>Why the monitor is gone; null while it lives.</summary>
    public string? Lost { get; private set; }

    /// <summary>Completes when nothing more will be told: all that the monitor told before its end is noted.</summary>
    public Task Ended => _pump;

    /// <summary>Completes when the guest runs here, or the monitor is gone.</summary>
    public Task ResumedOrLost => _resumed.Task;

    public async ValueTask DisposeAsync()
    {
        _closing = true;
        _events.Dispose();
        await _pump.ConfigureAwait(false);
    }

    /// <summary>Says that what is sent next makes the stream begin, so that its first event bounds the clock.</summary>
    public void ExpectSetup() => _setupSentAt = Monitor.TimeProvider.GetTimestamp();

    /// <summary>Says that what is sent next makes the guest run, so that RESUME bounds the clock.</summary>
    public void ExpectResume() => _resumeSentAt = Monitor.TimeProvider.GetTimestamp();

    private async Task PumpAsync()
    {
        try
        {
            await foreach (var qmpEvent in _events.ConfigureAwait(false))
            {
                Note(qmpEvent);
                _changed.Set();
            }

            if (!_closing)
            {
                Lose($"The monitor {Monitor.Name} was closed by its owner.");
            }
        }
        catch (Exception e)
        {
            Lose(e.Message);
        }
    }

    private void Lose(string reason)
    {
        Lost = reason;
        _resumed.TrySetResult();
        _changed.Set();
    }

    private void Note(QmpEvent qmpEvent)
    {
        Clock.HeardAt(qmpEvent.Timestamp, qmpEvent.ReceivedAt);
        switch (qmpEvent.Name)
        {
            case "STOP":
                Stopped = qmpEvent;
                IsStopped = true;
                _stop?.Stopped();
                _pause?.Paused(qmpEvent.ReceivedAt);
                break;
            case "RESUME":
                Resumed = qmpEvent;
                IsStopped = false;
                _stop?.WentOn();
                _pause?.WentOn();
                Bound(qmpEvent, _resumeSentAt);
                _resumed.TrySetResult();
                break;
            case "MIGRATION":
                Status = MigrationStatus.FromWire(qmpEvent.Data.GetProperty("status").GetString() ?? "");
                if (Status == MigrationStatus.Completed)
                {
                    Completed = qmpEvent;
                }
                else if (Status == MigrationStatus.PostcopyActive)
                {
                    WentAhead ??= qmpEvent;
                }
                else if (Status == MigrationStatus.PreSwitchover)
                {
                    PreSwitchover = qmpEvent;
                }
                else if (Status == MigrationStatus.Setup)
                {
                    Bound(qmpEvent, _setupSentAt);
                }

                break;
            case "SHUTDOWN" when qmpEvent.Data.GetProperty("guest").GetBoolean():
                GuestEnd = qmpEvent.Data.GetProperty("reason").GetString() ?? "shutdown";
                break;
            case "RESET":
                Resets++;
                break;
            case "MIGRATION_PASS":
                Pass = qmpEvent.Data.GetProperty("pass").GetInt64();
                break;
        }
    }

    private void Bound(QmpEvent qmpEvent, long? sentAt)
    {
        if (sentAt is { } cause)
        {
            Clock.CausedAt(qmpEvent.Timestamp, cause);
        }
    }
}
