namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>blockdev-insert-medium</c>.</summary>
/// <param name="Id">The device's id or QOM path.</param>
/// <param name="NodeName">The node.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockdevInsertMedium, new("cd0", "iso0"), cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockdevInsertMedium(string Id, string NodeName) : QmpObject;
