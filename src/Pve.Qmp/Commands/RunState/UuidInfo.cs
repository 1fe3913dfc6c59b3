using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>The answer to <c>query-uuid</c>.</summary>
/// <example>
/// <code>
/// UuidInfo guest = await qemu.ExecuteAsync(QmpCommands.QueryUuid, cancellationToken: cancellationToken);
/// string uuid = guest.Uuid;
/// </code>
/// </example>
public sealed record UuidInfo : QmpObject
{
    /// <summary>The guest's UUID; all zeroes where none was given.</summary>
    [JsonPropertyName("UUID")]
    public string Uuid { get; init => field = value ?? ""; } = "";
}
