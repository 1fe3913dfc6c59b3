namespace Pve.Qmp.Commands;

/// <summary>An open file of a set.</summary>
/// <example>
/// <code>
/// foreach (FdsetInfo set in await qemu.ExecuteAsync(QmpCommands.QueryFdsets, cancellationToken: cancellationToken))
/// {
///     FdsetFdInfo? first = set.Fds.Count &gt; 0 ? set.Fds[0] : null;
/// }
/// </code>
/// </example>
public sealed record FdsetFdInfo : QmpObject
{
    /// <summary>Its number in QEMU.</summary>
    public long Fd { get; init; }

    /// <summary>A text for people.</summary>
    public string? Opaque { get; init; }
}
