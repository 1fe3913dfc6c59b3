namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>blockdev-del</c>.</summary>
/// <param name="NodeName">The node's name.</param>
/// <example><code>await qemu.ExecuteAsync(QmpCommands.BlockdevDel, new("disk0"), cancellationToken: cancellationToken);</code></example>
public sealed record NodeReference(string NodeName) : QmpObject;
