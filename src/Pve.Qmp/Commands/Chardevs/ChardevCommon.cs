namespace Pve.Qmp.Commands;

/// <summary>What every character device may have.</summary>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.ChardevAdd,
///     new("serial1", ChardevBackend.Null(new() { Logfile = "/var/log/serial1" })),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record ChardevCommon : QmpObject
{
    /// <summary>A file that gets a copy of what is written.</summary>
    public string? Logfile { get; init; }

    /// <summary>Whether it is kept, rather than begun anew.</summary>
    public bool? Logappend { get; init; }
}
