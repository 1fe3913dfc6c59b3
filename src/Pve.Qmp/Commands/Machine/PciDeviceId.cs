namespace Pve.Qmp.Commands;

/// <summary>Who made a PCI device.</summary>
/// <example>
/// <code>
/// var buses = await qemu.ExecuteAsync(QmpCommands.QueryPci, cancellationToken: cancellationToken);
/// PciDeviceId id = buses[0].Devices[0].Id;
/// </code>
/// </example>
public sealed record PciDeviceId : QmpObject
{
    public long Device { get; init; }

    public long Vendor { get; init; }

    public long? Subsystem { get; init; }

    public long? SubsystemVendor { get; init; }
}
