namespace Pve.Migration;

/// <summary>Changes one migration while it runs, from any thread. Before it begins that counts from its beginning; once it is over nothing happens.</summary>
public sealed class MigrationControl
{
    private readonly Lock _changing = new();
    private Action? _changed;

    /// <param name="holds">
    /// Whether the migration waits, with the guest running and its RAM all but copied, until <see cref="Go"/>. What the guest dirties meanwhile is sent
    /// then. A guest that writes nothing at all cannot be held: its migration is undone. Post-copy is not possible where the copy was held.
    /// </param>
    public MigrationControl(bool holds = false) => IsHolding = holds;

    /// <summary>Whether the migration waits, or will wait, for <see cref="Go"/>.</summary>
    public bool IsHolding { get; private set; }

    /// <summary>The bandwidth that was set last, in bytes a second; null while that of the request counts.</summary>
    internal long? MaxBandwidth { get; private set; }

    /// <summary>The goal that was set last; null while that of the request counts.</summary>
    internal MigrationGoal? Goal { get; private set; }

    /// <summary>Ends the hold; the goal's time goes on from here.</summary>
    public void Go() => Change(() => IsHolding = false);

    /// <summary>Sets the bandwidth of the copy. It counts until the guest is paused: the last of it goes as fast as the link takes it.</summary>
    /// <param name="bytesPerSecond">Bytes a second; 0 is no limit.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public void LimitBandwidth(long bytesPerSecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytesPerSecond);
        Change(() => MaxBandwidth = bytesPerSecond);
    }

    /// <summary>Sets another goal; its time counts from the beginning of the migration. Post-copy only where it was possible from the beginning.</summary>
    /// <exception cref="ArgumentException">It contradicts itself.</exception>
    public void Aim(MigrationGoal goal)
    {
        ArgumentNullException.ThrowIfNull(goal);
        goal.Validate();
        Change(() => Goal = goal);
    }

    /// <summary>Sets who is told of changes.</summary>
    internal void Tell(Action? changed)
    {
        lock (_changing)
        {
            _changed = changed;
        }
    }

    private void Change(Action change)
    {
        lock (_changing)
        {
            change();
            _changed?.Invoke();
        }
    }
}
