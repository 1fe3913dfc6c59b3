using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>How the arguments, results and events of <c>QmpCommands.Display.cs</c> look on the wire.</summary>
/// <remarks>A context for each file, so that a trimmed program keeps only those it uses. As deep as QEMU's own parser goes.</remarks>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 1024)]
[JsonSerializable(typeof(SpiceInfo))]
[JsonSerializable(typeof(VncInfo))]
[JsonSerializable(typeof(ClientMigrateInfo))]
[JsonSerializable(typeof(SetPassword))]
[JsonSerializable(typeof(ExpirePassword))]
internal sealed partial class DisplayJson : JsonSerializerContext;
