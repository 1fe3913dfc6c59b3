using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>How the arguments, results and events of <c>QmpCommands.Qom.cs</c> look on the wire.</summary>
/// <remarks>A context for each file, so that a trimmed program keeps only those it uses. As deep as QEMU's own parser goes.</remarks>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 1024)]
[JsonSerializable(typeof(QomProperty))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(QomSet))]
[JsonSerializable(typeof(QomPath))]
[JsonSerializable(typeof(IReadOnlyList<ObjectPropertyInfo>))]
[JsonSerializable(typeof(QomListTypes))]
[JsonSerializable(typeof(IReadOnlyList<ObjectTypeInfo>))]
[JsonSerializable(typeof(TypeName))]
internal sealed partial class QomJson : JsonSerializerContext;
