namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>block_resize</c>.</summary>
/// <param name="Size">Bytes.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockResize,
///     new(2L &lt;&lt; 30) { NodeName = "disk0" },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockResize(long Size) : QmpObject
{
    /// <summary>The drive.</summary>
    public string? Device { get; init; }

    /// <summary>The node, instead of a drive.</summary>
    public string? NodeName { get; init; }
}
