using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>An interface that is put on a bridge (type <c>bridge</c>).</summary>
/// <param name="Id">The id.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.NetdevAdd,
///     new NetdevBridge("net0") { Br = "vmbr0" },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record NetdevBridge(string Id) : Netdev(Id)
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override string Type => "bridge";

    /// <summary>The bridge of QEMU's host.</summary>
    public string? Br { get; init; }

    /// <summary>The program that makes the interface.</summary>
    public string? Helper { get; init; }
}
