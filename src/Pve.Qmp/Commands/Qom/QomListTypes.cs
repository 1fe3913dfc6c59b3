namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>qom-list-types</c>.</summary>
/// <example>
/// <code>
/// var cpus = await qemu.ExecuteAsync(QmpCommands.QomListTypes,
///     new() { Implements = "cpu" },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record QomListTypes : QmpObject
{
    /// <summary>The type that they must be of; any where null.</summary>
    public string? Implements { get; init; }

    /// <summary>Whether types are listed too of which there are no objects.</summary>
    public bool? Abstract { get; init; }
}
