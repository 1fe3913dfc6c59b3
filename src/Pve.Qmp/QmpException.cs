namespace Pve.Qmp;

/// <summary>What every failure of a QMP conversation has in common: it says whether the connection can still be used.</summary>
/// <example>
/// <code>
/// try
/// {
///     await qemu.ExecuteAsync(QmpCommands.SystemReset);
/// }
/// catch (QmpException e) when (e.ConnectionUsable)
/// {
///     Console.Error.WriteLine($"not reset, but still connected: {e.Message}");
/// }
/// </code>
/// </example>
public abstract class QmpException : Exception
{
    private protected QmpException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Whether the connection still works after this failure.</summary>
    public abstract bool ConnectionUsable { get; }
}
