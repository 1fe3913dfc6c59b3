namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>watchdog-set-action</c>.</summary>
/// <param name="Action">What QEMU does when the watchdog fires.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.WatchdogSetAction, new(WatchdogAction.Pause), cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record WatchdogSetAction(WatchdogAction Action) : QmpObject;
