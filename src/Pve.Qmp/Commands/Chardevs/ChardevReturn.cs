namespace Pve.Qmp.Commands;

/// <summary>The answer to <c>chardev-add</c> and <c>chardev-change</c>.</summary>
/// <example>
/// <code>
/// ChardevReturn made = await qemu.ExecuteAsync(QmpCommands.ChardevAdd,
///     new("serial1", ChardevBackend.Pty()),
///     cancellationToken: cancellationToken);
/// string? terminal = made.Pty;
/// </code>
/// </example>
public sealed record ChardevReturn : QmpObject
{
    /// <summary>The pseudo-terminal's path; null for other kinds.</summary>
    public string? Pty { get; init; }
}
