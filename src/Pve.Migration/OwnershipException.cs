namespace Pve.Migration;

/// <summary>The guest's owner could not be changed, or contradicts what was expected; nothing else was done.</summary>
public sealed class OwnershipException : Exception
{
    /// <summary>Creates the failure; <paramref name="remedy"/> says what to do about it.</summary>
    public OwnershipException(string message, string? remedy = null, Exception? innerException = null)
        : base(message, innerException)
        => Remedy = remedy;

    /// <summary>What to do about it; null where the message says all.</summary>
    public string? Remedy { get; }
}
