namespace Pve.Migration;

/// <summary>The target could not be reached, refused, or could not prove what was asked.</summary>
public sealed class MigrationTargetException : Exception
{
    /// <summary>Creates the failure; <paramref name="remedy"/> says what to do about it.</summary>
    public MigrationTargetException(string message, string? remedy = null, Exception? innerException = null)
        : base(message, innerException)
        => Remedy = remedy;

    /// <summary>What to do about it; null where the message says all.</summary>
    public string? Remedy { get; }
}
