namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>query-named-block-nodes</c>.</summary>
/// <example>
/// <code>
/// foreach (BlockDeviceInfo node in await qemu.ExecuteAsync(QmpCommands.QueryNamedBlockNodes,
///     new() { Flat = true },
///     cancellationToken: cancellationToken))
/// {
///     string driver = node.Driver;
/// }
/// </code>
/// </example>
public sealed record QueryNamedBlockNodes : QmpObject
{
    /// <summary>Whether backing images are left out; with long chains the answer is much smaller.</summary>
    public bool? Flat { get; init; }
}
