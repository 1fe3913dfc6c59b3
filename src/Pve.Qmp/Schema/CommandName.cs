using System.Text.Json.Serialization;

namespace Pve.Qmp.Schema;

/// <summary>An entry of what <c>query-commands</c> returns.</summary>
internal sealed record CommandName([property: JsonPropertyName("name")] string Name);
