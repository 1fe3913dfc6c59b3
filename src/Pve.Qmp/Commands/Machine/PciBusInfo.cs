using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>The bus behind a PCI bridge.</summary>
/// <example>
/// <code>
/// var buses = await qemu.ExecuteAsync(QmpCommands.QueryPci, cancellationToken: cancellationToken);
/// PciBusInfo? bus = buses[0].Devices[0].PciBridge?.Bus;
/// </code>
/// </example>
public sealed record PciBusInfo : QmpObject
{
    public long Number { get; init; }

    public long Secondary { get; init; }

    public long Subordinate { get; init; }

    [JsonPropertyName("io_range")]
    public PciMemoryRange IoRange { get; init => field = value ?? new(); } = new();

    [JsonPropertyName("memory_range")]
    public PciMemoryRange MemoryRange { get; init => field = value ?? new(); } = new();

    [JsonPropertyName("prefetchable_range")]
    public PciMemoryRange PrefetchableRange { get; init => field = value ?? new(); } = new();
}
