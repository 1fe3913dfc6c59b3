namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>blockdev-snapshot-sync</c>.</summary>
/// <param name="SnapshotFile">The new image.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockdevSnapshotSync,
///     new("/images/100-overlay.qcow2") { NodeName = "disk0" },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockdevSnapshotSync(string SnapshotFile) : QmpObject
{
    /// <summary>The drive.</summary>
    public string? Device { get; init; }

    /// <summary>The node, instead of a drive.</summary>
    public string? NodeName { get; init; }

    /// <summary>The new image's name as a node.</summary>
    public string? SnapshotNodeName { get; init; }

    /// <summary>Its format; qcow2 where null.</summary>
    public string? Format { get; init; }

    /// <summary>Whether QEMU makes it.</summary>
    public NewImageMode? Mode { get; init; }
}
