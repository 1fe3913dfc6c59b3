namespace Pve.Qmp.Commands;

/// <summary>The answer to <c>query-cpu-model-expansion</c>.</summary>
/// <example>
/// <code>
/// CpuModelExpansionInfo host = await qemu.ExecuteAsync(QmpCommands.QueryCpuModelExpansion,
///     new(CpuModelExpansionType.Full, new("host")),
///     cancellationToken: cancellationToken);
/// JsonElement? features = host.Model?.Props;
/// </code>
/// </example>
public sealed record CpuModelExpansionInfo : QmpObject
{
    /// <summary>The model, written out.</summary>
    public CpuModelInfo? Model { get; init; }
}
