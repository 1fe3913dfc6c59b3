using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine.Storage;

/// <summary>What one QEMU told of its block jobs since it is watched.</summary>
internal sealed class JobTrail : IAsyncDisposable
{
    private readonly QmpEventSubscription _events;
    private readonly Action _changed;
    private readonly Task _pump;
    private readonly Lock _lock = new();
    private readonly HashSet<string> _ready = [];
    private readonly Dictionary<string, BlockJobCompletedEvent> _ended = [];
    private readonly Dictionary<string, string> _failed = [];
    private string? _lost;

    /// <summary>Watches <paramref name="monitor"/> from now on and tells each change.</summary>
    public JobTrail(QmpClient monitor, Action changed)
    {
        _changed = changed;
        _events = monitor.Subscribe("BLOCK_JOB_READY", "BLOCK_JOB_COMPLETED", "BLOCK_JOB_CANCELLED", "QUORUM_REPORT_BAD");
        _pump = PumpAsync(monitor.Name);
    }

    /// <summary>Why nothing is told any more; null while it lives.</summary>
    public string? Lost
    {
        get
        {
            lock (_lock)
            {
                return _lost;
            }
        }
    }

    public bool IsReady(string job)
    {
        lock (_lock)
        {
            return _ready.Contains(job);
        }
    }

    /// <summary>What it said last; null while it has not ended.</summary>
    public BlockJobCompletedEvent? EndOf(string job)
    {
        lock (_lock)
        {
            return _ended.GetValueOrDefault(job);
        }
    }

    /// <summary>Why a node below a quorum could not be written; null while it could.</summary>
    public string? FailureAt(string node)
    {
        lock (_lock)
        {
            return _failed.GetValueOrDefault(node);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _events.Dispose();
        await _pump.ConfigureAwait(false);
    }

    private async Task PumpAsync(string name)
    {
        var reason = $"The monitor {name} was closed.";
        try
        {
            await foreach (var qmpEvent in _events.ConfigureAwait(false))
            {
                lock (_lock)
                {
                    Note(qmpEvent);
                }

                _changed();
            }
        }
        catch (Exception e)
        {
            reason = e.Message;
        }

        lock (_lock)
        {
            _lost = reason;
        }

        _changed();
    }

    private void Note(QmpEvent qmpEvent)
    {
        if (QmpEvents.BlockJobReady.TryRead(qmpEvent, out var ready))
        {
            _ready.Add(ready.Device);
        }
        else if (QmpEvents.BlockJobCompleted.TryRead(qmpEvent, out var completed))
        {
            _ended[completed.Device] = completed;
        }
        else if (QmpEvents.QuorumReportBad.TryRead(qmpEvent, out var bad))
        {
            _failed[bad.NodeName] = bad.Error ?? "it gave no reason";
        }
        else if (QmpEvents.BlockJobCancelled.TryRead(qmpEvent, out var cancelled))
        {
            _ended[cancelled.Device] = new BlockJobCompletedEvent { Error = "it was cancelled", Offset = cancelled.Offset, Len = cancelled.Len };
        }
    }
}
