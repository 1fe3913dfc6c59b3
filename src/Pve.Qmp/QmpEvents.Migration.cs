using Pve.Qmp.Commands;
using Pve.Qmp.Wire;

namespace Pve.Qmp;

/// <content>How a migration is doing; most need the capability <c>events</c>.</content>
public static partial class QmpEvents
{
    /// <summary><c>MIGRATION</c>: the migration is in another state.</summary>
    public static QmpEventType<MigrationEvent> Migration => field ??= new("MIGRATION", MigrationJson.Default.MigrationEvent);

    /// <summary><c>MIGRATION_PASS</c>: another pass over the RAM begins.</summary>
    public static QmpEventType<MigrationPassEvent> MigrationPass
        => field ??= new("MIGRATION_PASS", MigrationJson.Default.MigrationPassEvent);

    /// <summary><c>UNPLUG_PRIMARY</c>: the guest is asked to let a failover network device go.</summary>
    public static QmpEventType<UnplugPrimaryEvent> UnplugPrimary
        => field ??= new("UNPLUG_PRIMARY", MigrationJson.Default.UnplugPrimaryEvent);

    /// <summary><c>FAILOVER_NEGOTIATED</c>: the guest can fail over; its primary network device may be plugged in.</summary>
    public static QmpEventType<FailoverNegotiatedEvent> FailoverNegotiated
        => field ??= new("FAILOVER_NEGOTIATED", MigrationJson.Default.FailoverNegotiatedEvent);

    /// <summary><c>VFIO_MIGRATION</c>: a VFIO device is in another state of its own migration. Since QEMU 9.1.</summary>
    [QmpSince("9.1")]
    public static QmpEventType<VfioMigrationEvent> VfioMigration
        => field ??= new("VFIO_MIGRATION", MigrationJson.Default.VfioMigrationEvent);
}
