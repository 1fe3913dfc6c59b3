namespace Pve.Qmp;

/// <summary>A subscription with <see cref="QmpOverflow.Fail"/> was not read fast enough and ended; the connection works on.</summary>
/// <example>
/// <code>
/// using var events = qemu.Subscribe(new QmpSubscriptionOptions { Capacity = 16, Overflow = QmpOverflow.Fail });
/// try
/// {
///     await foreach (QmpEvent next in events)
///     {
///         Console.WriteLine(next.Name);
///     }
/// }
/// catch (QmpEventOverflowException e)
/// {
///     Console.Error.WriteLine($"more than {e.Capacity} events waited; ask for the state instead");
/// }
/// </code>
/// </example>
public sealed class QmpEventOverflowException : QmpException
{
    /// <summary>Creates the failure of a queue that holds <paramref name="capacity"/> events.</summary>
    public QmpEventOverflowException(int capacity)
        : base($"More than {capacity} events waited unread, so the subscription ended; read faster, or raise its capacity.")
        => Capacity = capacity;

    /// <summary>How many events the queue holds.</summary>
    public int Capacity { get; }

    /// <inheritdoc/>
    public override bool ConnectionUsable => true;
}
