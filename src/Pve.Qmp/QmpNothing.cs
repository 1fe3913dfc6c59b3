namespace Pve.Qmp;

/// <summary>No arguments, or an empty result (<c>{}</c>).</summary>
/// <example>
/// <code>
/// QmpCommand&lt;QmpNothing, QmpNothing&gt; reset = QmpCommands.SystemReset; // takes nothing, returns nothing
/// await qemu.ExecuteAsync(reset);
/// </code>
/// </example>
public sealed record QmpNothing;
