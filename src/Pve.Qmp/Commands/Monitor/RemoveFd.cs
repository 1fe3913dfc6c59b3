namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>remove-fd</c>.</summary>
/// <param name="FdsetId">The set.</param>
/// <example><code>await qemu.ExecuteAsync(QmpCommands.RemoveFd, new(3), cancellationToken: cancellationToken);</code></example>
public sealed record RemoveFd(long FdsetId) : QmpObject
{
    /// <summary>The file's number in QEMU; all where null.</summary>
    public long? Fd { get; init; }
}
