using System.Text;

namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>set_password</c>; its text never shows the password.</summary>
/// <param name="Protocol">Which display.</param>
/// <param name="Password">The password.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.SetPassword,
///     new(DisplayProtocol.Spice, "secret") { Connected = SetPasswordAction.Keep },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record SetPassword(DisplayProtocol Protocol, string Password) : QmpObject
{
    /// <summary>What becomes of clients that are connected.</summary>
    public SetPasswordAction? Connected { get; init; }

    /// <summary>The VNC display; the first where null.</summary>
    public string? Display { get; init; }

    // a secret is never part of a text
    protected override bool PrintMembers(StringBuilder builder) => false;
}
