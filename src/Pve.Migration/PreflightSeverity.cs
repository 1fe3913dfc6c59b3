namespace Pve.Migration;

/// <summary>What a <see cref="PreflightFinding"/> means for the migration.</summary>
public enum PreflightSeverity
{
    /// <summary>Worth knowing; nothing stands in the way.</summary>
    Information,

    /// <summary>The migration goes on, and may meet it.</summary>
    Warning,

    /// <summary>The migration ends before anything is touched.</summary>
    Error,
}
