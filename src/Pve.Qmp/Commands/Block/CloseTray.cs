namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>blockdev-close-tray</c>.</summary>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockdevCloseTray, new() { Id = "cd0" }, cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record CloseTray : QmpObject
{
    /// <summary>The drive, instead.</summary>
    public string? Device { get; init; }

    /// <summary>The device's id or QOM path.</summary>
    public string? Id { get; init; }
}
