namespace Pve.Qmp.Commands;

/// <summary>A range of addresses behind a bridge.</summary>
/// <example>
/// <code>
/// var buses = await qemu.ExecuteAsync(QmpCommands.QueryPci, cancellationToken: cancellationToken);
/// PciMemoryRange? range = buses[0].Devices[0].PciBridge?.Bus.IoRange;
/// </code>
/// </example>
public sealed record PciMemoryRange : QmpObject
{
    /// <summary>The first address.</summary>
    public long Base { get; init; }

    /// <summary>The last address.</summary>
    public long Limit { get; init; }
}
