namespace Pve.Qmp;

/// <summary>What a subscription does when its queue is full; the connection's reader never waits for it.</summary>
/// <example><code>
/// using var all = qemu.Subscribe(new QmpSubscriptionOptions { Overflow = QmpOverflow.Wait });
/// </code></example>
public enum QmpOverflow
{
    /// <summary>The oldest waiting event is dropped and counted.</summary>
    DropOldest,

    /// <summary>The subscription ends with a <see cref="QmpEventOverflowException"/>.</summary>
    Fail,

    /// <summary>
    /// Any number of events waits for the subscriber in memory, up to <see cref="QmpSubscriptionOptions.MaxWaitingBytes"/>; past that the
    /// subscription ends with a <see cref="QmpEventOverflowException"/>.
    /// </summary>
    Wait,
}
