namespace Pve.Qmp.Commands;

/// <summary>What sort of device it is.</summary>
/// <example>
/// <code>
/// var buses = await qemu.ExecuteAsync(QmpCommands.QueryPci, cancellationToken: cancellationToken);
/// PciDeviceClass kind = buses[0].Devices[0].ClassInfo;
/// </code>
/// </example>
public sealed record PciDeviceClass : QmpObject
{
    public string? Desc { get; init; }

    public long Class { get; init; }
}
