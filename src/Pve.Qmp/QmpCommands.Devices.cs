using System.Text.Json;
using Pve.Qmp.Commands;
using Pve.Qmp.Wire;

namespace Pve.Qmp;

/// <content>Devices, objects and their properties.</content>
public static partial class QmpCommands
{
    /// <summary><c>device_add</c>: plugs a device in.</summary>
    public static QmpCommand<DeviceAdd, QmpNothing> DeviceAdd => field ??= Command("device_add", QmpJson.Default.DeviceAdd);

    /// <summary><c>device_del</c>: asks the guest to let a device go; <c>DEVICE_DELETED</c> says when it is gone.</summary>
    public static QmpCommand<ItemId, QmpNothing> DeviceDel => field ??= Command("device_del", QmpJson.Default.ItemId);

    /// <summary><c>device-sync-config</c>: lets a device's configuration, such as a size, reach the guest. Since QEMU 9.2.</summary>
    [QmpSince("9.2")]
    public static QmpCommand<ItemId, QmpNothing> DeviceSyncConfig => field ??= Command("device-sync-config", QmpJson.Default.ItemId);

    /// <summary><c>object-add</c>: makes an object.</summary>
    public static QmpCommand<ObjectOptions, QmpNothing> ObjectAdd => field ??= Command("object-add", QmpJson.Default.ObjectOptions);

    /// <summary><c>object-del</c>: removes an object that nothing uses.</summary>
    public static QmpCommand<ItemId, QmpNothing> ObjectDel => field ??= Command("object-del", QmpJson.Default.ItemId);

    /// <summary><c>qom-get</c>: reads a property of an object.</summary>
    public static QmpCommand<QomProperty, JsonElement> QomGet
        => field ??= Command("qom-get", QmpJson.Default.QomProperty, QmpJson.Default.JsonElement);

    /// <summary><c>qom-set</c>: changes a property of an object.</summary>
    public static QmpCommand<QomSet, QmpNothing> QomSet => field ??= Command("qom-set", QmpJson.Default.QomSet);

    /// <summary><c>qom-list</c>: the properties of an object, and what is inside it.</summary>
    public static QmpCommand<QomPath, IReadOnlyList<ObjectPropertyInfo>> QomList
        => field ??= Command("qom-list", QmpJson.Default.QomPath, QmpJson.Default.IReadOnlyListObjectPropertyInfo);

    /// <summary><c>qom-list-types</c>: the types that this QEMU has.</summary>
    public static QmpCommand<QomListTypes, IReadOnlyList<ObjectTypeInfo>> QomListTypes
        => field ??= Command("qom-list-types", QmpJson.Default.QomListTypes, QmpJson.Default.IReadOnlyListObjectTypeInfo);

    /// <summary><c>qom-list-properties</c>: the properties of a type.</summary>
    public static QmpCommand<TypeName, IReadOnlyList<ObjectPropertyInfo>> QomListProperties
        => field ??= Command("qom-list-properties", QmpJson.Default.TypeName, QmpJson.Default.IReadOnlyListObjectPropertyInfo);

    /// <summary><c>device-list-properties</c>: the properties of a device's type.</summary>
    public static QmpCommand<TypeName, IReadOnlyList<ObjectPropertyInfo>> DeviceListProperties
        => field ??= Command("device-list-properties", QmpJson.Default.TypeName, QmpJson.Default.IReadOnlyListObjectPropertyInfo);
}
