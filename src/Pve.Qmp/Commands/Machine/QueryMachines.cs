using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>query-machines</c>.</summary>
/// <example>
/// <code>
/// var machines = await qemu.ExecuteAsync(QmpCommands.QueryMachines, new(), cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record QueryMachines : QmpObject
{
    /// <summary>Whether to list what each machine type changes of the defaults; unstable. Since QEMU 9.1.</summary>
    [QmpSince("9.1")]
    public bool? CompatProps { get; init; }
}
