using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>How every typed command's arguments and results look on the wire.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(QmpNothing))]
[JsonSerializable(typeof(QmpVersionInfo))]
[JsonSerializable(typeof(StatusInfo))]
[JsonSerializable(typeof(MigrationInfo))]
[JsonSerializable(typeof(MigrationParameters))]
[JsonSerializable(typeof(IReadOnlyList<MigrationCapabilityStatus>))]
[JsonSerializable(typeof(MigrateSetCapabilities))]
[JsonSerializable(typeof(MigrateUri))]
[JsonSerializable(typeof(MigrateContinue))]
[JsonSerializable(typeof(QomProperty))]
[JsonSerializable(typeof(MemorySizeSummary))]
[JsonSerializable(typeof(MemorySave))]
[JsonSerializable(typeof(MonitorCommand))]
[JsonSerializable(typeof(YankArguments))]
[JsonSerializable(typeof(IReadOnlyList<YankInstance>))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(string))]
internal sealed partial class QmpJson : JsonSerializerContext;
