namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>blockdev-open-tray</c>.</summary>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockdevOpenTray, new() { Id = "cd0" }, cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record Tray : QmpObject
{
    /// <summary>The drive, instead.</summary>
    public string? Device { get; init; }

    /// <summary>The device's id or QOM path.</summary>
    public string? Id { get; init; }

    /// <summary>Whether to open a locked tray.</summary>
    public bool? Force { get; init; }
}
