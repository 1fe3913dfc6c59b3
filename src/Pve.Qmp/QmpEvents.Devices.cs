using Pve.Qmp.Commands;
using Pve.Qmp.Wire;

namespace Pve.Qmp;

/// <content>Devices, the network and displays.</content>
public static partial class QmpEvents
{
    /// <summary><c>DEVICE_DELETED</c>: a device is gone.</summary>
    public static QmpEventType<DeviceEvent> DeviceDeleted => field ??= new("DEVICE_DELETED", DevicesJson.Default.DeviceEvent);

    /// <summary><c>DEVICE_UNPLUG_GUEST_ERROR</c>: the guest does not let a device go.</summary>
    public static QmpEventType<DeviceEvent> DeviceUnplugGuestError
        => field ??= new("DEVICE_UNPLUG_GUEST_ERROR", DevicesJson.Default.DeviceEvent);

    /// <summary><c>VSERPORT_CHANGE</c>: a program in the guest opened or closed a port.</summary>
    public static QmpEventType<VserportChangeEvent> VserportChange
        => field ??= new("VSERPORT_CHANGE", DevicesJson.Default.VserportChangeEvent);

    /// <summary><c>ACPI_DEVICE_OST</c>: the guest said what became of a hot-plug.</summary>
    public static QmpEventType<AcpiDeviceOstEvent> AcpiDeviceOst
        => field ??= new("ACPI_DEVICE_OST", DevicesJson.Default.AcpiDeviceOstEvent);

    /// <summary><c>PR_MANAGER_STATUS_CHANGED</c>: the helper for persistent reservations came or went.</summary>
    public static QmpEventType<PrManagerStatusChangedEvent> PrManagerStatusChanged
        => field ??= new("PR_MANAGER_STATUS_CHANGED", DevicesJson.Default.PrManagerStatusChangedEvent);

    /// <summary><c>NIC_RX_FILTER_CHANGED</c>: a network device listens to something else; ask <c>query-rx-filter</c>.</summary>
    public static QmpEventType<NicRxFilterChangedEvent> NicRxFilterChanged
        => field ??= new("NIC_RX_FILTER_CHANGED", DevicesJson.Default.NicRxFilterChangedEvent);

    /// <summary><c>NETDEV_STREAM_CONNECTED</c>: a network backend is connected.</summary>
    public static QmpEventType<NetdevStreamConnectedEvent> NetdevStreamConnected
        => field ??= new("NETDEV_STREAM_CONNECTED", DevicesJson.Default.NetdevStreamConnectedEvent);

    /// <summary><c>NETDEV_STREAM_DISCONNECTED</c>: a network backend is connected no more.</summary>
    public static QmpEventType<NetdevEvent> NetdevStreamDisconnected
        => field ??= new("NETDEV_STREAM_DISCONNECTED", DevicesJson.Default.NetdevEvent);

    /// <summary><c>NETDEV_VHOST_USER_CONNECTED</c>: a network backend's process is there. Since QEMU 10.0.</summary>
    [QmpSince("10.0")]
    public static QmpEventType<NetdevVhostUserConnectedEvent> NetdevVhostUserConnected
        => field ??= new("NETDEV_VHOST_USER_CONNECTED", DevicesJson.Default.NetdevVhostUserConnectedEvent);

    /// <summary><c>NETDEV_VHOST_USER_DISCONNECTED</c>: a network backend's process is gone. Since QEMU 10.0.</summary>
    [QmpSince("10.0")]
    public static QmpEventType<NetdevEvent> NetdevVhostUserDisconnected
        => field ??= new("NETDEV_VHOST_USER_DISCONNECTED", DevicesJson.Default.NetdevEvent);

    /// <summary><c>SPICE_CONNECTED</c>: a SPICE client is connected.</summary>
    public static QmpEventType<SpiceEvent> SpiceConnected => field ??= new("SPICE_CONNECTED", DevicesJson.Default.SpiceEvent);

    /// <summary><c>SPICE_INITIALIZED</c>: a SPICE client is let in.</summary>
    public static QmpEventType<SpiceInitializedEvent> SpiceInitialized
        => field ??= new("SPICE_INITIALIZED", DevicesJson.Default.SpiceInitializedEvent);

    /// <summary><c>SPICE_DISCONNECTED</c>: a SPICE client is gone.</summary>
    public static QmpEventType<SpiceEvent> SpiceDisconnected => field ??= new("SPICE_DISCONNECTED", DevicesJson.Default.SpiceEvent);

    /// <summary><c>SPICE_MIGRATE_COMPLETED</c>: SPICE clients have moved to the target; the source may end.</summary>
    public static QmpEventType<QmpNothing> SpiceMigrateCompleted => field ??= new("SPICE_MIGRATE_COMPLETED", WireJson.Default.QmpNothing);

    /// <summary><c>VNC_CONNECTED</c>: a VNC client is connected.</summary>
    public static QmpEventType<VncConnectedEvent> VncConnected => field ??= new("VNC_CONNECTED", DevicesJson.Default.VncConnectedEvent);

    /// <summary><c>VNC_INITIALIZED</c>: a VNC client is let in.</summary>
    public static QmpEventType<VncEvent> VncInitialized => field ??= new("VNC_INITIALIZED", DevicesJson.Default.VncEvent);

    /// <summary><c>VNC_DISCONNECTED</c>: a VNC client is gone.</summary>
    public static QmpEventType<VncEvent> VncDisconnected => field ??= new("VNC_DISCONNECTED", DevicesJson.Default.VncEvent);
}
