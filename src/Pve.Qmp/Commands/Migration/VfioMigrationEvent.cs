namespace Pve.Qmp.Commands;

/// <summary>The data of <c>VFIO_MIGRATION</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.VfioMigration.TryRead(qmpEvent, out VfioMigrationEvent? data))
/// {
///     bool stopped = data.DeviceState == VfioMigrationState.Stop;
/// }
/// </code>
/// </example>
public sealed record VfioMigrationEvent : QmpObject
{
    public string DeviceId { get; init => field = value ?? ""; } = "";

    public string QomPath { get; init => field = value ?? ""; } = "";

    public VfioMigrationState DeviceState { get; init; }
}
