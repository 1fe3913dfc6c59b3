namespace Pve.Qmp.Commands;

/// <summary>What a guest said of a hot-plug.</summary>
/// <example>
/// <code>
/// if (QmpEvents.AcpiDeviceOst.TryRead(qmpEvent, out AcpiDeviceOstEvent? data))
/// {
///     long status = data.Info.Status;
/// }
/// </code>
/// </example>
public sealed record AcpiOstInfo : QmpObject
{
    public string? Device { get; init; }

    public string Slot { get; init => field = value ?? ""; } = "";

    public AcpiSlotType SlotType { get; init; }

    public long Source { get; init; }

    public long Status { get; init; }
}
