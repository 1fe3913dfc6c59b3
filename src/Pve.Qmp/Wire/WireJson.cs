using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pve.Qmp.Wire;

/// <summary>How the protocol's own objects look; the commands' are in <see cref="Commands.QmpJson"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower)]
[JsonSerializable(typeof(QmpError))]
[JsonSerializable(typeof(QmpGreeting))]
[JsonSerializable(typeof(EnableCapabilities))]
[JsonSerializable(typeof(QmpNothing))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class WireJson : JsonSerializerContext;
