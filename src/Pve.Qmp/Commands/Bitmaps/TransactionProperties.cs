namespace Pve.Qmp.Commands;

/// <summary>How a transaction's jobs depend on each other.</summary>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.Transaction,
///     new([TransactionAction.Abort()])
///     { Properties = new() { CompletionMode = ActionCompletionMode.Grouped } },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record TransactionProperties : QmpObject
{
    /// <summary>What becomes of the others when one fails.</summary>
    public ActionCompletionMode? CompletionMode { get; init; }
}
