namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>migrate</c> and <c>migrate-incoming</c>.</summary>
/// <param name="Uri">The channel, such as <c>unix:/run/qemu-server/100.migrate</c> or <c>tcp:10.0.0.2:60000</c>.</param>
public sealed record MigrateUri(string Uri);
