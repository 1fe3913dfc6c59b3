using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>How the arguments, results and events of <c>QmpCommands.Devices.cs</c> look on the wire.</summary>
/// <remarks>A context for each file, so that a trimmed program keeps only those it uses. As deep as QEMU's own parser goes.</remarks>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 1024)]
[JsonSerializable(typeof(DeviceAdd))]
[JsonSerializable(typeof(ItemId))]
[JsonSerializable(typeof(ObjectOptions))]
[JsonSerializable(typeof(DeviceEvent))]
[JsonSerializable(typeof(VserportChangeEvent))]
[JsonSerializable(typeof(AcpiDeviceOstEvent))]
[JsonSerializable(typeof(PrManagerStatusChangedEvent))]
[JsonSerializable(typeof(NicRxFilterChangedEvent))]
[JsonSerializable(typeof(NetdevStreamConnectedEvent))]
[JsonSerializable(typeof(NetdevEvent))]
[JsonSerializable(typeof(NetdevVhostUserConnectedEvent))]
[JsonSerializable(typeof(SpiceEvent))]
[JsonSerializable(typeof(SpiceInitializedEvent))]
[JsonSerializable(typeof(VncConnectedEvent))]
[JsonSerializable(typeof(VncEvent))]
internal sealed partial class DevicesJson : JsonSerializerContext;
