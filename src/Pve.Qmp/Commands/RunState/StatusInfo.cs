namespace Pve.Qmp.Commands;

/// <summary>The answer to <c>query-status</c>.</summary>
/// <example>
/// <code>
/// StatusInfo status = await qemu.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: cancellationToken);
/// bool runs = status.Status == RunState.Running;
/// </code>
/// </example>
public sealed record StatusInfo
{
    /// <summary>Whether the guest's CPUs run.</summary>
    public bool Running { get; init; }

    /// <summary>Why, or why not.</summary>
    public RunState Status { get; init; }
}
