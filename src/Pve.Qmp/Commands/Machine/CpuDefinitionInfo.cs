namespace Pve.Qmp.Commands;

/// <summary>A CPU model that this QEMU knows.</summary>
/// <example>
/// <code>
/// foreach (CpuDefinitionInfo cpu in await qemu.ExecuteAsync(QmpCommands.QueryCpuDefinitions, cancellationToken: cancellationToken))
/// {
///     bool runsHere = cpu.UnavailableFeatures is not { Count: &gt; 0 };
/// }
/// </code>
/// </example>
public sealed record CpuDefinitionInfo : QmpObject
{
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Whether it is the same on every host and QEMU; null where QEMU cannot tell.</summary>
    public bool? MigrationSafe { get; init; }

    /// <summary>Whether it never changes with the machine type.</summary>
    public bool Static { get; init; }

    /// <summary>What keeps this host from running it; empty where nothing does, null where QEMU cannot tell.</summary>
    public IReadOnlyList<string>? UnavailableFeatures { get; init; }

    /// <summary>Its QOM type.</summary>
    public string Typename { get; init => field = value ?? ""; } = "";

    /// <summary>The versioned model that it stands for now.</summary>
    public string? AliasOf { get; init; }

    public bool Deprecated { get; init; }
}
