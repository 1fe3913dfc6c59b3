using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>A PCI device.</summary>
/// <example>
/// <code>
/// var buses = await qemu.ExecuteAsync(QmpCommands.QueryPci, cancellationToken: cancellationToken);
/// PciDeviceInfo device = buses[0].Devices[0];
/// </code>
/// </example>
public sealed record PciDeviceInfo : QmpObject
{
    public long Bus { get; init; }

    public long Slot { get; init; }

    public long Function { get; init; }

    [JsonPropertyName("class_info")]
    public PciDeviceClass ClassInfo { get; init => field = value ?? new(); } = new();

    public PciDeviceId Id { get; init => field = value ?? new(); } = new();

    /// <summary>The interrupt it has, where it has one.</summary>
    public long? Irq { get; init; }

    /// <summary>The pin; 0 is none.</summary>
    [JsonPropertyName("irq_pin")]
    public long IrqPin { get; init; }

    /// <summary>The id it was given; empty where none was.</summary>
    [JsonPropertyName("qdev_id")]
    public string QdevId { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("pci_bridge")]
    public PciBridgeInfo? PciBridge { get; init; }

    public IReadOnlyList<PciMemoryRegion> Regions { get; init => field = value ?? []; } = [];
}
