namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>chardev-add</c> and <c>chardev-change</c>.</summary>
/// <param name="Id">The id.</param>
/// <param name="Backend">What it is connected to.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.ChardevAdd,
///     new("serial1", ChardevBackend.Null()),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record ChardevAdd(string Id, ChardevBackend Backend) : QmpObject;
