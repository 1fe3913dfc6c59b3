namespace Pve.Qmp.Commands;

/// <summary>A place for a CPU, taken or free.</summary>
/// <example>
/// <code>
/// foreach (HotpluggableCpu place in await qemu.ExecuteAsync(QmpCommands.QueryHotpluggableCpus, cancellationToken: cancellationToken))
/// {
///     bool taken = place.QomPath is not null;
/// }
/// </code>
/// </example>
public sealed record HotpluggableCpu : QmpObject
{
    /// <summary>The QOM type for <c>device_add</c>.</summary>
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>How many threads it brings.</summary>
    public long VcpusCount { get; init; }

    /// <summary>What <c>device_add</c> must be told.</summary>
    public CpuInstanceProperties Props { get; init => field = value ?? new(); } = new();

    /// <summary>The CPU that is there; null where none is.</summary>
    public string? QomPath { get; init; }
}
