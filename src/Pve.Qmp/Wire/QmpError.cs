using System.Text.Json.Serialization;

namespace Pve.Qmp.Wire;

/// <summary>The value of <c>error</c>.</summary>
internal sealed record QmpError
{
    [JsonPropertyName("class")]
    public string Class { get; init; } = "GenericError";

    [JsonPropertyName("desc")]
    public string Description { get; init; } = "";
}
