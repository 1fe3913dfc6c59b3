using System.Text.Json.Serialization;

namespace LiveMigration;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(List<RunResult>))]
internal sealed partial class JobJson : JsonSerializerContext;
