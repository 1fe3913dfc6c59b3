namespace Pve.Migration;

/// <summary>A journal cannot be kept, or read.</summary>
public sealed class MigrationJournalException : Exception
{
    /// <summary>Creates the failure.</summary>
    public MigrationJournalException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
