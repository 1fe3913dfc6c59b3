namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>set-action</c>; null is left out, and stays as it is.</summary>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.SetAction,
///     new() { Reboot = RebootAction.Shutdown },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record SetAction : QmpObject
{
    public RebootAction? Reboot { get; init; }

    public ShutdownAction? Shutdown { get; init; }

    public PanicAction? Panic { get; init; }

    public WatchdogAction? Watchdog { get; init; }
}
