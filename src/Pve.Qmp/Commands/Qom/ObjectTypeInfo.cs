namespace Pve.Qmp.Commands;

/// <summary>A type of objects.</summary>
/// <example>
/// <code>
/// foreach (ObjectTypeInfo type in await qemu.ExecuteAsync(QmpCommands.QomListTypes,
///     new() { Implements = "device" },
///     cancellationToken: cancellationToken))
/// {
///     string name = type.Name;
/// }
/// </code>
/// </example>
public sealed record ObjectTypeInfo : QmpObject
{
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Whether there are no objects of it.</summary>
    public bool? Abstract { get; init; }

    public string? Parent { get; init; }
}
