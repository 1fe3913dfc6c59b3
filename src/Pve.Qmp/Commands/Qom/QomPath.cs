namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>qom-list</c>.</summary>
/// <param name="Path">The object, such as <c>/machine</c>.</param>
/// <example>
/// <code>
/// var members = await qemu.ExecuteAsync(QmpCommands.QomList,
///     new("/machine/peripheral"),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record QomPath(string Path) : QmpObject;
