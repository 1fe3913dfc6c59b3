using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>migrate-incoming</c>: a URI, or channels.</summary>
/// <param name="Uri">Where to listen, such as <c>unix:/run/vm/100.migrate</c> or <c>tcp:[::]:0</c>; null where there are channels.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.MigrateIncoming,
///     new("tcp:[::]:60000") { ExitOnError = false },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record MigrateIncoming([property: QmpOptional("8.2")] string? Uri = null) : QmpObject
{
    /// <summary>The channels. Since QEMU 8.2.</summary>
    [QmpSince("8.2")]
    public IReadOnlyList<MigrationChannel>? Channels { get; init; }

    /// <summary>
    /// Whether QEMU ends when the migration fails, as it does by default; otherwise <c>query-migrate</c> says why. Since QEMU 9.1.
    /// </summary>
    [QmpSince("9.1")]
    public bool? ExitOnError { get; init; }
}
