using System.Text.Json;
using Pve.Qmp.Commands;

namespace Pve.Qmp;

/// <content>The objects that QEMU is made of, their properties and types.</content>
public static partial class QmpCommands
{
    /// <summary><c>qom-get</c>: reads a property of an object.</summary>
    public static QmpCommand<QomProperty, JsonElement> QomGet
        => field ??= Command("qom-get", QomJson.Default.QomProperty, QomJson.Default.JsonElement);

    /// <summary><c>qom-set</c>: changes a property of an object.</summary>
    public static QmpCommand<QomSet, QmpNothing> QomSet => field ??= Command("qom-set", QomJson.Default.QomSet);

    /// <summary><c>qom-list</c>: the properties of an object, and what is inside it.</summary>
    public static QmpCommand<QomPath, IReadOnlyList<ObjectPropertyInfo>> QomList
        => field ??= Command("qom-list", QomJson.Default.QomPath, QomJson.Default.IReadOnlyListObjectPropertyInfo);

    /// <summary><c>qom-list-types</c>: the types that this QEMU has.</summary>
    public static QmpCommand<QomListTypes, IReadOnlyList<ObjectTypeInfo>> QomListTypes
        => field ??= Command("qom-list-types", QomJson.Default.QomListTypes, QomJson.Default.IReadOnlyListObjectTypeInfo);

    /// <summary><c>qom-list-properties</c>: the properties of a type.</summary>
    public static QmpCommand<TypeName, IReadOnlyList<ObjectPropertyInfo>> QomListProperties
        => field ??= Command("qom-list-properties", QomJson.Default.TypeName, QomJson.Default.IReadOnlyListObjectPropertyInfo);

    /// <summary><c>device-list-properties</c>: the properties of a device's type.</summary>
    public static QmpCommand<TypeName, IReadOnlyList<ObjectPropertyInfo>> DeviceListProperties
        => field ??= Command("device-list-properties", QomJson.Default.TypeName, QomJson.Default.IReadOnlyListObjectPropertyInfo);
}
