namespace Pve.Migration;

/// <summary>What is done where a <see cref="MigrationGoal"/> is not kept in time.</summary>
public enum GoalFallback
{
    /// <summary>The migration is undone.</summary>
    Abort,

    /// <summary>The guest is paused as long as it takes; the report says how long that was.</summary>
    Pause,

    /// <summary>The guest goes ahead of its RAM; where post-copy is not possible the migration is undone.</summary>
    PostCopy,
}
