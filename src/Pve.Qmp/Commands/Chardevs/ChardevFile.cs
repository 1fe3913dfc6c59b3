namespace Pve.Qmp.Commands;

/// <summary>A file.</summary>
/// <param name="Out">What is written to.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.ChardevAdd,
///     new("serial1", ChardevBackend.File(new("/var/log/serial1"))),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record ChardevFile(string Out) : QmpObject
{
    /// <summary>A file that gets a copy of what is written.</summary>
    public string? Logfile { get; init; }

    /// <summary>Whether it is kept, rather than begun anew.</summary>
    public bool? Logappend { get; init; }

    /// <summary>What is read from.</summary>
    public string? In { get; init; }

    /// <summary>Whether it is kept, rather than begun anew.</summary>
    public bool? Append { get; init; }
}
