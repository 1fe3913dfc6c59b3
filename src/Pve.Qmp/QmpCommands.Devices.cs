using Pve.Qmp.Commands;
using Pve.Qmp.Wire;

namespace Pve.Qmp;

/// <content>Devices, objects and their properties.</content>
public static partial class QmpCommands
{
    /// <summary><c>device_add</c>: plugs a device in.</summary>
    public static QmpCommand<DeviceAdd, QmpNothing> DeviceAdd => field ??= Command("device_add", DevicesJson.Default.DeviceAdd);

    /// <summary><c>device_del</c>: asks the guest to let a device go; <c>DEVICE_DELETED</c> says when it is gone.</summary>
    public static QmpCommand<ItemId, QmpNothing> DeviceDel => field ??= Command("device_del", DevicesJson.Default.ItemId);

    /// <summary><c>device-sync-config</c>: lets a device's configuration, such as a size, reach the guest. Since QEMU 9.2.</summary>
    [QmpSince("9.2")]
    public static QmpCommand<ItemId, QmpNothing> DeviceSyncConfig => field ??= Command("device-sync-config", DevicesJson.Default.ItemId);

    /// <summary><c>object-add</c>: makes an object.</summary>
    public static QmpCommand<ObjectOptions, QmpNothing> ObjectAdd => field ??= Command("object-add", DevicesJson.Default.ObjectOptions);

    /// <summary><c>object-del</c>: removes an object that nothing uses.</summary>
    public static QmpCommand<ItemId, QmpNothing> ObjectDel => field ??= Command("object-del", DevicesJson.Default.ItemId);
}
