namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>query-rx-filter</c>.</summary>
/// <example>
/// <code>
/// var filters = await qemu.ExecuteAsync(QmpCommands.QueryRxFilter,
///     new() { Name = "net0" },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record QueryRxFilter : QmpObject
{
    /// <summary>The network device; all where null.</summary>
    public string? Name { get; init; }
}
