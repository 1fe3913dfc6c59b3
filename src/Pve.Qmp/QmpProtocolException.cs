namespace Pve.Qmp;

/// <summary>The peer broke the protocol. The connection is closed unless only one result had an unexpected shape.</summary>
/// <example>
/// <code>
/// try
/// {
///     await using var client = await QmpClient.ConnectAsync(stream, "what listens there", cancellationToken: cancellationToken);
/// }
/// catch (QmpProtocolException e)
/// {
///     Console.Error.WriteLine($"no QMP server: {e.Message}");
/// }
/// </code>
/// </example>
public sealed class QmpProtocolException : QmpException
{
    /// <summary>Creates the failure.</summary>
    public QmpProtocolException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    internal QmpProtocolException(string message, Exception innerException, bool usable)
        : base(message, innerException)
        => ConnectionUsable = usable;

    /// <inheritdoc/>
    public override bool ConnectionUsable { get; }
}
