namespace Pve.Migration;

/// <summary>What a <see cref="GuestAgentHook"/> has the guest's agent do, and how that is reached.</summary>
public sealed record GuestAgentOptions
{
    /// <summary>Opens the agent's channel at the source's QEMU; whoever asks owns the stream.</summary>
    public required Func<CancellationToken, Task<Stream>> OpenAtSource { get; init; }

    /// <summary>Opens the agent's channel at the target's QEMU; whoever asks owns the stream.</summary>
    public required Func<CancellationToken, Task<Stream>> OpenAtTarget { get; init; }

    /// <summary>
    /// Whether the guest's file systems are frozen before the copy and thawed once it runs on the target, or was given back; off unless set.
    /// Its writes wait all that time.
    /// </summary>
    public bool FreezesFileSystems { get; init; }

    /// <summary>Whether the guest's file systems are trimmed once it runs on the target; off unless set.</summary>
    public bool TrimsFileSystems { get; init; }

    /// <summary>How long the agent may take to say that it is there; 5 seconds unless set.</summary>
    public TimeSpan SyncTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long it may take to freeze or to thaw; 30 seconds unless set.</summary>
    public TimeSpan FreezeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long it may take to trim; 30 seconds unless set. A <see cref="LiveMigratorOptions.RollbackTimeout"/> that is shorter ends it as well.</summary>
    public TimeSpan TrimTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock of all deadlines; the system's unless set.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(OpenAtSource);
        ArgumentNullException.ThrowIfNull(OpenAtTarget);
        ArgumentNullException.ThrowIfNull(TimeProvider);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(SyncTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(FreezeTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(TrimTimeout, TimeSpan.Zero);
    }
}
