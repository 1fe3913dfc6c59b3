using System.Collections.Immutable;

namespace Pve.Qmp.Session;

/// <summary>Hands each event to the subscriptions that want it. Publishing never waits.</summary>
internal sealed class EventHub
{
    private readonly Lock _lock = new();
    private ImmutableArray<QmpEventSubscription> _subscriptions = [];
    private QmpException? _end;
    private bool _ended;

    public void Add(QmpEventSubscription subscription)
    {
        lock (_lock)
        {
            if (_ended)
            {
                subscription.End(_end);
                return;
            }

            _subscriptions = _subscriptions.Add(subscription);
        }
    }

    public void Remove(QmpEventSubscription subscription)
    {
        lock (_lock)
        {
            _subscriptions = _subscriptions.Remove(subscription);
        }
    }

    public bool IsWanted(string name)
    {
        foreach (var subscription in _subscriptions)
        {
            if (subscription.Wants(name))
            {
                return true;
            }
        }

        return false;
    }

    public void Publish(QmpEvent qmpEvent)
    {
        foreach (var subscription in _subscriptions)
        {
            if (qmpEvent is QmpGapEvent || subscription.Wants(qmpEvent.Name))
            {
                subscription.Push(qmpEvent);
            }
        }
    }

    /// <summary>Ends every subscription, now and later, with <paramref name="reason"/>; none after an orderly close.</summary>
    public void End(QmpException? reason)
    {
        ImmutableArray<QmpEventSubscription> subscriptions;
        lock (_lock)
        {
            (_ended, _end) = (true, reason);
            subscriptions = _subscriptions;
            _subscriptions = [];
        }

        foreach (var subscription in subscriptions)
        {
            subscription.End(reason);
        }
    }
}
