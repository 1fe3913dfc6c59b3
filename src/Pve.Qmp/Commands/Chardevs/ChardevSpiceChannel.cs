namespace Pve.Qmp.Commands;

/// <summary>A channel of SPICE.</summary>
/// <param name="Type">Such as <c>vdagent</c>.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.ChardevAdd,
///     new("serial1", ChardevBackend.Spicevmc(new("vdagent"))),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record ChardevSpiceChannel(string Type) : QmpObject
{
    /// <summary>A file that gets a copy of what is written.</summary>
    public string? Logfile { get; init; }

    /// <summary>Whether it is kept, rather than begun anew.</summary>
    public bool? Logappend { get; init; }
}
