using System.Text.Json.Serialization;

namespace DowntimeLab.Output;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(List<JsonRow>))]
internal sealed partial class LabJson : JsonSerializerContext;
