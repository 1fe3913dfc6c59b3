namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>blockdev-change-medium</c>.</summary>
/// <param name="Filename">The image.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockdevChangeMedium,
///     new("/images/drivers.iso") { Id = "cd0" },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockdevChangeMedium(string Filename) : QmpObject
{
    /// <summary>The drive, instead.</summary>
    public string? Device { get; init; }

    /// <summary>The device's id or QOM path.</summary>
    public string? Id { get; init; }

    /// <summary>Its format; found out where null.</summary>
    public string? Format { get; init; }

    /// <summary>Whether to open a locked tray.</summary>
    public bool? Force { get; init; }

    public BlockdevChangeReadOnlyMode? ReadOnlyMode { get; init; }
}
