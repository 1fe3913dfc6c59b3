namespace Pve.Qmp;

/// <summary>What a subscription does when its queue is full; the connection's reader never waits for it.</summary>
/// <example>
/// <code>
/// using var newest = qemu.Subscribe(new QmpSubscriptionOptions { Capacity = 1, Overflow = QmpOverflow.DropOldest });
/// using var all = qemu.Subscribe(new QmpSubscriptionOptions { Capacity = 100_000, Overflow = QmpOverflow.Fail });
/// </code>
/// </example>
public enum QmpOverflow
{
    /// <summary>The oldest waiting event is dropped and counted.</summary>
    DropOldest,

    /// <summary>The subscription ends with a <see cref="QmpEventOverflowException"/>.</summary>
    Fail,
}
