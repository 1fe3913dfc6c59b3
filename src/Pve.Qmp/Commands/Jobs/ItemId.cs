namespace Pve.Qmp.Commands;

/// <summary>The arguments of commands that need but one id: of a job, device, object, chardev or network backend.</summary>
/// <param name="Id">The id.</param>
/// <example><code>await qemu.ExecuteAsync(QmpCommands.JobDismiss, new("mirror0"), cancellationToken: cancellationToken);</code></example>
public sealed record ItemId(string Id) : QmpObject;
