namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>set_link</c>.</summary>
/// <param name="Name">The network device or backend.</param>
/// <param name="Up">Whether its cable is plugged in.</param>
/// <example><code>await qemu.ExecuteAsync(QmpCommands.SetLink, new("net0", false), cancellationToken: cancellationToken);</code></example>
public sealed record SetLink(string Name, bool Up) : QmpObject;
