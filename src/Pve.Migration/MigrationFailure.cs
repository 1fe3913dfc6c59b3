namespace Pve.Migration;

/// <summary>Why a migration did not end as asked.</summary>
/// <param name="Step">The step that failed, by its name in the ledger.</param>
/// <param name="Message">What happened, and where.</param>
/// <param name="Remedy">What to do about it; null where the message says all.</param>
/// <param name="Cause">The exception behind it.</param>
public sealed record MigrationFailure(string Step, string Message, string? Remedy = null, Exception? Cause = null)
{
    /// <summary>Whether the caller cancelled.</summary>
    public bool IsCancellation => Cause is OperationCanceledException;

    /// <summary>Message and remedy in one text.</summary>
    public override string ToString() => Remedy is null ? $"{Step}: {Message}" : $"{Step}: {Message} {Remedy}";
}
