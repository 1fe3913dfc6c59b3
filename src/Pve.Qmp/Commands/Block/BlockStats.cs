using System.Text.Json;

namespace Pve.Qmp.Commands;

/// <summary>The statistics of a drive or node, and of what it is based on.</summary>
/// <example>
/// <code>
/// foreach (BlockStats disk in await qemu.ExecuteAsync(QmpCommands.QueryBlockStats,
///     new(),
///     cancellationToken: cancellationToken))
/// {
///     long read = disk.Stats.RdBytes;
/// }
/// </code>
/// </example>
public sealed record BlockStats : QmpObject
{
    /// <summary>The drive's name.</summary>
    public string? Device { get; init; }

    /// <summary>The device's id or QOM path.</summary>
    public string? Qdev { get; init; }

    public string? NodeName { get; init; }

    public BlockDeviceStats Stats { get; init => field = value ?? new(); } = new();

    /// <summary>What only this driver counts, as QEMU sent it.</summary>
    public JsonElement? DriverSpecific { get; init; }

    /// <summary>The protocol node below.</summary>
    public BlockStats? Parent { get; init; }

    /// <summary>What the image is based on.</summary>
    public BlockStats? Backing { get; init; }
}
