using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>The answer to <c>query-vm-generation-id</c>.</summary>
/// <example>
/// <code>
/// GuidInfo generation = await qemu.ExecuteAsync(QmpCommands.QueryVmGenerationId, cancellationToken: cancellationToken);
/// string guid = generation.VmGenerationId;
/// </code>
/// </example>
public sealed record GuidInfo : QmpObject
{
    /// <summary>The generation id that the guest sees.</summary>
    [JsonPropertyName("guid")]
    public string VmGenerationId { get; init => field = value ?? ""; } = "";
}
