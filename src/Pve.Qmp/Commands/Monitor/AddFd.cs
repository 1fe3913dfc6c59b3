namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>add-fd</c>.</summary>
/// <example>
/// <code>
/// var command = QmpCommands.AddFd; // the file goes with the command
/// var arguments = new AddFd { FdsetId = 3 };
/// </code>
/// </example>
public sealed record AddFd : QmpObject
{
    /// <summary>The set; a new one where null.</summary>
    public long? FdsetId { get; init; }

    /// <summary>A text for people.</summary>
    public string? Opaque { get; init; }
}
