namespace Pve.Qmp;

/// <summary>What a subscription does when its queue is full; the connection's reader never waits for it.</summary>
public enum QmpOverflow
{
    /// <summary>The oldest waiting event is dropped and counted.</summary>
    DropOldest,

    /// <summary>The subscription ends with a <see cref="QmpEventOverflowException"/>.</summary>
    Fail,
}
