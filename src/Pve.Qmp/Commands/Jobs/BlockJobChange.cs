namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>block-job-change</c>.</summary>
/// <param name="Id">The job.</param>
/// <param name="Type">What it does.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockJobChange,
///     new("mirror0", JobType.Mirror) { CopyMode = MirrorCopyMode.WriteBlocking },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockJobChange(string Id, JobType Type) : QmpObject
{
    /// <summary>How a mirror copies the guest's writes from now on.</summary>
    public MirrorCopyMode? CopyMode { get; init; }
}
