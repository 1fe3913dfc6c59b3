namespace Pve.Qmp.Commands;

/// <summary>A PCI bus and its devices.</summary>
/// <example>
/// <code>
/// foreach (PciInfo bus in await qemu.ExecuteAsync(QmpCommands.QueryPci, cancellationToken: cancellationToken))
/// {
///     int count = bus.Devices.Count;
/// }
/// </code>
/// </example>
public sealed record PciInfo : QmpObject
{
    public long Bus { get; init; }

    public IReadOnlyList<PciDeviceInfo> Devices { get; init => field = value ?? []; } = [];
}
