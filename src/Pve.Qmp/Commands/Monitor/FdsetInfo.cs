namespace Pve.Qmp.Commands;

/// <summary>A set of open files that QEMU was given.</summary>
/// <example>
/// <code>
/// foreach (FdsetInfo set in await qemu.ExecuteAsync(QmpCommands.QueryFdsets, cancellationToken: cancellationToken))
/// {
///     int files = set.Fds.Count;
/// }
/// </code>
/// </example>
public sealed record FdsetInfo : QmpObject
{
    /// <summary>The set.</summary>
    public long FdsetId { get; init; }

    public IReadOnlyList<FdsetFdInfo> Fds { get; init => field = value ?? []; } = [];
}
