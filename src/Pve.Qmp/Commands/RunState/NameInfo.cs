namespace Pve.Qmp.Commands;

/// <summary>The answer to <c>query-name</c>.</summary>
/// <example>
/// <code>
/// NameInfo guest = await qemu.ExecuteAsync(QmpCommands.QueryName, cancellationToken: cancellationToken);
/// string? name = guest.Name;
/// </code>
/// </example>
public sealed record NameInfo : QmpObject
{
    /// <summary>The name given with <c>-name</c>.</summary>
    public string? Name { get; init; }
}
