using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>A device of the host that speaks virtio (type <c>vhost-vdpa</c>).</summary>
/// <param name="Id">The id.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.NetdevAdd,
///     new NetdevVhostVdpa("net0") { Vhostdev = "/dev/vhost-vdpa-0" },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record NetdevVhostVdpa(string Id) : Netdev(Id)
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override string Type => "vhost-vdpa";

    public string? Vhostdev { get; init; }

    public string? Vhostfd { get; init; }

    /// <summary>How many queues.</summary>
    public int? Queues { get; init; }

    public bool? XSvq { get; init; }
}
