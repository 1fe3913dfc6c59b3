namespace Pve.Qmp.Commands;

/// <summary>A kind of character device.</summary>
/// <example>
/// <code>
/// foreach (ChardevBackendInfo kind in await qemu.ExecuteAsync(QmpCommands.QueryChardevBackends, cancellationToken: cancellationToken))
/// {
///     bool socket = kind.Name == "socket";
/// }
/// </code>
/// </example>
public sealed record ChardevBackendInfo : QmpObject
{
    /// <summary>Such as <c>socket</c>.</summary>
    public string Name { get; init => field = value ?? ""; } = "";
}
