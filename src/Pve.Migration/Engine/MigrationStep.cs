namespace Pve.Migration.Engine;

/// <summary>A step as a value. One before the commit point must say how it is undone, if only that there is nothing to undo.</summary>
internal sealed record MigrationStep(
    string Name, StepPlacement Placement, Func<CancellationToken, Task> Do, Func<CancellationToken, Task>? Undo = null)
{
    /// <summary>The undo of a step that changes nothing, or only what ends with the target.</summary>
    public static readonly Func<CancellationToken, Task> NothingToUndo = _ => Task.CompletedTask;

    /// <summary>Whether the guest may run on the target once this step has begun.</summary>
    public bool IsCommit { get; init; }

    /// <summary>Whether it asks something of the source.</summary>
    public bool UsesSource { get; init; }

    /// <summary>Whether a recovery that goes forward carries it out, unless the journal tells that it was.</summary>
    public bool IsCaughtUp { get; init; }

    /// <summary>Whether it may be there to be undone, though its intention is not noted: inside the pause nobody waits until that is safe.</summary>
    public bool MayBeUnnoted => Placement == StepPlacement.InsidePause && Undo is not null && Undo != NothingToUndo;

    /// <summary>Whether it goes to its end, whoever wants to give up.</summary>
    public bool HeedsNobody { get; init; }

    /// <summary>Whether the guest must not go on at the source unless this step was undone.</summary>
    public bool GuardsTheGuest { get; init; }
}
