namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>expire_password</c>.</summary>
/// <param name="Protocol">Which display.</param>
/// <param name="Time"><c>now</c>, <c>never</c>, <c>+SECONDS</c>, or seconds since 1970.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.ExpirePassword,
///     new(DisplayProtocol.Spice, "+30"),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record ExpirePassword(DisplayProtocol Protocol, string Time) : QmpObject
{
    /// <summary>The VNC display; the first where null.</summary>
    public string? Display { get; init; }
}
