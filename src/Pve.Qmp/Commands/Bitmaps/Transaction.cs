namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>transaction</c>.</summary>
/// <param name="Actions">The actions: all are done at one moment, or none.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.Transaction,
///     new([TransactionAction.BlockDirtyBitmapAdd(new("disk0", "b0")),
///     TransactionAction.BlockdevBackup(new("disk0", "t0", MirrorSyncMode.Full))]),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record Transaction(IReadOnlyList<TransactionAction> Actions) : QmpObject
{
    /// <summary>How their jobs depend on each other.</summary>
    public TransactionProperties? Properties { get; init; }
}
