using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>migrate</c>: a URI, or channels.</summary>
/// <param name="Uri">Where to, such as <c>unix:/run/vm/100.migrate</c> or <c>tcp:10.0.0.2:60000</c>; null where there are channels.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.Migrate, new("unix:/run/vm/100.migrate"), cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record Migrate([property: QmpOptional("8.2")] string? Uri = null) : QmpObject
{
    /// <summary>Whether disks go within the stream. Removed in QEMU 9.1.</summary>
    [QmpRemoved("9.1")]
    public bool? Blk { get; init; }

    /// <summary>Whether they go without their backing files. Removed in QEMU 9.1.</summary>
    [QmpRemoved("9.1")]
    public bool? Inc { get; init; }

    /// <summary>Has no effect.</summary>
    public bool? Detach { get; init; }

    /// <summary>Whether it goes on with a paused post-copy.</summary>
    public bool? Resume { get; init; }

    /// <summary>The channels. Since QEMU 8.2.</summary>
    [QmpSince("8.2")]
    public IReadOnlyList<MigrationChannel>? Channels { get; init; }
}
