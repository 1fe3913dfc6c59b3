namespace Pve.Qmp.Commands;

/// <summary>A bridge and what is behind it.</summary>
/// <example>
/// <code>
/// var buses = await qemu.ExecuteAsync(QmpCommands.QueryPci, cancellationToken: cancellationToken);
/// PciBridgeInfo? bridge = buses[0].Devices[0].PciBridge;
/// </code>
/// </example>
public sealed record PciBridgeInfo : QmpObject
{
    public PciBusInfo Bus { get; init => field = value ?? new(); } = new();

    public IReadOnlyList<PciDeviceInfo>? Devices { get; init; }
}
