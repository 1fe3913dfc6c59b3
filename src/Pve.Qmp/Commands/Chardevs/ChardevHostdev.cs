namespace Pve.Qmp.Commands;

/// <summary>A device or named pipe of QEMU's host.</summary>
/// <param name="Device">The path; of a pipe, without <c>.in</c> and <c>.out</c> where there are two.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.ChardevAdd,
///     new("serial1", ChardevBackend.Serial(new("/dev/ttyS0"))),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record ChardevHostdev(string Device) : QmpObject
{
    /// <summary>A file that gets a copy of what is written.</summary>
    public string? Logfile { get; init; }

    /// <summary>Whether it is kept, rather than begun anew.</summary>
    public bool? Logappend { get; init; }
}
