namespace Pve.Migration.Engine;

/// <summary>A step's own reason to give up, with its remedy.</summary>
internal sealed class MigrationFailedException(string message, string? remedy = null, Exception? innerException = null)
    : Exception(message, innerException)
{
    public string? Remedy { get; } = remedy;
}
