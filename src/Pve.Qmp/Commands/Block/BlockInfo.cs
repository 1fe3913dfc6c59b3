using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>A disk drive of the guest.</summary>
/// <example>
/// <code>
/// foreach (BlockInfo disk in await qemu.ExecuteAsync(QmpCommands.QueryBlock, cancellationToken: cancellationToken))
/// {
///     string? node = disk.Inserted?.NodeName;
/// }
/// </code>
/// </example>
public sealed record BlockInfo : QmpObject
{
    /// <summary>The drive's name; empty for disks of <c>blockdev-add</c>.</summary>
    public string Device { get; init => field = value ?? ""; } = "";

    /// <summary>The device's id or QOM path.</summary>
    public string? Qdev { get; init; }

    /// <summary>Always <c>unknown</c>.</summary>
    public string Type { get; init => field = value ?? ""; } = "";

    public bool Removable { get; init; }

    /// <summary>Whether the guest locked the tray.</summary>
    public bool Locked { get; init; }

    /// <summary>The node; null where the drive is empty.</summary>
    public BlockDeviceInfo? Inserted { get; init; }

    /// <summary>Whether the tray is open; null where there is none.</summary>
    [JsonPropertyName("tray_open")]
    public bool? TrayOpen { get; init; }

    /// <summary>Whether requests succeed; null where QEMU does not watch.</summary>
    public BlockDeviceIoStatus? IoStatus { get; init; }
}
