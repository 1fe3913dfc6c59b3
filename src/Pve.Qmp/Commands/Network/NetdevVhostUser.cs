using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>A process that does the work, such as a virtual switch (type <c>vhost-user</c>).</summary>
/// <param name="Id">The id.</param>
/// <param name="Chardev">The socket to it.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.NetdevAdd,
///     new NetdevVhostUser("net0", "chr-net0"),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record NetdevVhostUser(string Id, string Chardev) : Netdev(Id)
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override string Type => "vhost-user";

    /// <summary>Whether it does so for guests without MSI-X too.</summary>
    public bool? Vhostforce { get; init; }

    /// <summary>How many queues.</summary>
    public int? Queues { get; init; }
}
