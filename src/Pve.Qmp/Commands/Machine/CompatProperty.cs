namespace Pve.Qmp.Commands;

/// <summary>A default that a machine type changes.</summary>
/// <example>
/// <code>
/// var machines = await qemu.ExecuteAsync(QmpCommands.QueryMachines,
///     new() { CompatProps = true },
///     cancellationToken: cancellationToken);
/// CompatProperty? first = machines[0].CompatProps?[0];
/// </code>
/// </example>
public sealed record CompatProperty : QmpObject
{
    public string QomType { get; init => field = value ?? ""; } = "";

    public string Property { get; init => field = value ?? ""; } = "";

    public string Value { get; init => field = value ?? ""; } = "";
}
