using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>A port of a hub inside QEMU (type <c>hubport</c>).</summary>
/// <param name="Id">The id.</param>
/// <param name="Hubid">The hub.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.NetdevAdd, new NetdevHubport("port0", 0), cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record NetdevHubport(string Id, int Hubid) : Netdev(Id)
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override string Type => "hubport";

    /// <summary>The backend that is plugged in; a device where null.</summary>
    public string? Netdev { get; init; }
}
