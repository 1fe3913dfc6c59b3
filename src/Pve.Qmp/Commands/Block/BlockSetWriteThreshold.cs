namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>block-set-write-threshold</c>.</summary>
/// <param name="NodeName">The node.</param>
/// <param name="WriteThreshold">The offset in bytes; 0 is none.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockSetWriteThreshold,
///     new("disk0", 1L &lt;&lt; 30),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockSetWriteThreshold(string NodeName, long WriteThreshold) : QmpObject;
