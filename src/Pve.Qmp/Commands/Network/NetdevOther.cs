using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>A network backend of any other type.</summary>
/// <param name="Id">The id.</param>
/// <param name="Type">The name that QEMU knows it by; its other members go to <see cref="QmpObject.Others"/>.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.NetdevAdd,
///     new NetdevOther("l2tpv3", "net0")
///     { Others = new() { { "src", "10.0.0.1" }, { "dst", "10.0.0.2" }, { "txsession", 1 } } },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record NetdevOther(string Type, string Id) : Netdev(Id)
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override string Type { get; } = Type;
}
