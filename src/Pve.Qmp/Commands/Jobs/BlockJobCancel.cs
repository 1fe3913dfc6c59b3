namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>block-job-cancel</c>.</summary>
/// <param name="Device">The job's id, or the drive's name.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockJobCancel,
///     new("mirror0") { Force = true },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockJobCancel(string Device) : QmpObject
{
    /// <summary>Whether a ready mirror is abandoned, rather than ended with both sides the same.</summary>
    public bool? Force { get; init; }
}
