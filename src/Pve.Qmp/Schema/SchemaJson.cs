using System.Text.Json.Serialization;

namespace Pve.Qmp.Schema;

/// <summary>How what QEMU says of itself looks.</summary>
[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(QmpNothing))]
[JsonSerializable(typeof(QmpSchema))]
[JsonSerializable(typeof(IReadOnlyList<CommandName>))]
internal sealed partial class SchemaJson : JsonSerializerContext;
