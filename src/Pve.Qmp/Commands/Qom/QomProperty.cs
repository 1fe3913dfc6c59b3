namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>qom-get</c>.</summary>
/// <param name="Path">The object, such as <c>/machine</c>.</param>
/// <param name="Property">The property, such as <c>type</c>.</param>
/// <example>
/// <code>
/// JsonElement type = await qemu.ExecuteAsync(QmpCommands.QomGet,
///     new("/machine", "type"),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record QomProperty(string Path, string Property) : QmpObject;
