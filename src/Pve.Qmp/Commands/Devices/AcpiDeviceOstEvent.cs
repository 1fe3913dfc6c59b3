namespace Pve.Qmp.Commands;

/// <summary>The data of <c>ACPI_DEVICE_OST</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.AcpiDeviceOst.TryRead(qmpEvent, out AcpiDeviceOstEvent? data))
/// {
///     string slot = data.Info.Slot;
/// }
/// </code>
/// </example>
public sealed record AcpiDeviceOstEvent : QmpObject
{
    public AcpiOstInfo Info { get; init => field = value ?? new(); } = new();
}
