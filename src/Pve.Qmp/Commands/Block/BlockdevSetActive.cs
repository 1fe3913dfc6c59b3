namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>blockdev-set-active</c>.</summary>
/// <param name="Active">Whether this QEMU shall own the image.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockdevSetActive,
///     new(true) { NodeName = "disk0" },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockdevSetActive(bool Active) : QmpObject
{
    /// <summary>The node; all where null.</summary>
    public string? NodeName { get; init; }
}
