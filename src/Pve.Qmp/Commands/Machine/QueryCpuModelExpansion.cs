namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>query-cpu-model-expansion</c>.</summary>
/// <param name="Type">How far.</param>
/// <param name="Model">The model.</param>
/// <example>
/// <code>
/// CpuModelExpansionInfo host = await qemu.ExecuteAsync(QmpCommands.QueryCpuModelExpansion,
///     new(CpuModelExpansionType.Full, new("host")),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record QueryCpuModelExpansion(CpuModelExpansionType Type, CpuModelInfo Model) : QmpObject;
