namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>balloon</c>.</summary>
/// <param name="Value">The RAM that the guest shall have, in bytes.</param>
/// <example><code>await qemu.ExecuteAsync(QmpCommands.Balloon, new(1L &lt;&lt; 30), cancellationToken: cancellationToken);</code></example>
public sealed record Balloon(long Value) : QmpObject;
