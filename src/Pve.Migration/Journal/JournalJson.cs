using System.Text.Json.Serialization;
using Pve.Migration.Engine.Recovery;

namespace Pve.Migration.Journal;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JournalEntry))]
[JsonSerializable(typeof(FoundSettings))]
internal sealed partial class JournalJson : JsonSerializerContext;
