using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>A pseudo-terminal.</summary>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.ChardevAdd,
///     new("serial1", ChardevBackend.Pty()),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record ChardevPty : QmpObject
{
    /// <summary>A file that gets a copy of what is written.</summary>
    public string? Logfile { get; init; }

    /// <summary>Whether it is kept, rather than begun anew.</summary>
    public bool? Logappend { get; init; }

    /// <summary>A link to it. Since QEMU 9.2.</summary>
    [QmpSince("9.2")]
    public string? Path { get; init; }
}
