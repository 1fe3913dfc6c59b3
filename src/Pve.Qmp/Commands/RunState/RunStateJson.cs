using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>How the arguments, results and events of <c>QmpCommands.RunState.cs</c> look on the wire.</summary>
/// <remarks>A context for each file, so that a trimmed program keeps only those it uses. As deep as QEMU's own parser goes.</remarks>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 1024)]
[JsonSerializable(typeof(StatusInfo))]
[JsonSerializable(typeof(SetAction))]
[JsonSerializable(typeof(WatchdogSetAction))]
[JsonSerializable(typeof(NameInfo))]
[JsonSerializable(typeof(UuidInfo))]
[JsonSerializable(typeof(GuidInfo))]
[JsonSerializable(typeof(ShutdownEvent))]
[JsonSerializable(typeof(WatchdogEvent))]
[JsonSerializable(typeof(GuestPanickedEvent))]
[JsonSerializable(typeof(BalloonChangeEvent))]
[JsonSerializable(typeof(HvBalloonStatusReportEvent))]
[JsonSerializable(typeof(MemoryDeviceSizeChangeEvent))]
[JsonSerializable(typeof(MemoryFailureEvent))]
[JsonSerializable(typeof(MemUnplugErrorEvent))]
[JsonSerializable(typeof(RtcChangeEvent))]
internal sealed partial class RunStateJson : JsonSerializerContext;
