using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>A base address register of a PCI device.</summary>
/// <example>
/// <code>
/// var buses = await qemu.ExecuteAsync(QmpCommands.QueryPci, cancellationToken: cancellationToken);
/// PciMemoryRegion region = buses[0].Devices[0].Regions[0];
/// </code>
/// </example>
public sealed record PciMemoryRegion : QmpObject
{
    /// <summary>Its number.</summary>
    public long Bar { get; init; }

    /// <summary><c>io</c> or <c>memory</c>.</summary>
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>Where the guest put it; -1 where it did not.</summary>
    public long Address { get; init; }

    /// <summary>Bytes.</summary>
    public long Size { get; init; }

    public bool? Prefetch { get; init; }

    [JsonPropertyName("mem_type_64")]
    public bool? MemType64 { get; init; }
}
