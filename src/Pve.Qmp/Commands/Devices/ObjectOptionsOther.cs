using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>An object of any other type.</summary>
/// <param name="Id">The id.</param>
/// <param name="QomType">The name that QEMU knows it by; its other members go to <see cref="QmpObject.Others"/>.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.ObjectAdd,
///     new ObjectOptionsOther("rng-random", "rng0") { Others = new() { { "filename", "/dev/urandom" } } },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record ObjectOptionsOther(string QomType, string Id) : ObjectOptions(Id)
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override string QomType { get; } = QomType;
}
