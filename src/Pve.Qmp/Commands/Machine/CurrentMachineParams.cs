namespace Pve.Qmp.Commands;

/// <summary>The answer to <c>query-current-machine</c>.</summary>
/// <example>
/// <code>
/// CurrentMachineParams machine = await qemu.ExecuteAsync(QmpCommands.QueryCurrentMachine, cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record CurrentMachineParams : QmpObject
{
    /// <summary>Whether <c>system_wakeup</c> can wake the guest from suspend.</summary>
    public bool WakeupSuspendSupport { get; init; }
}
