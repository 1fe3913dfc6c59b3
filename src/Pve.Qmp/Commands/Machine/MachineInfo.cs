using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>A machine type that this QEMU can run.</summary>
/// <example>
/// <code>
/// foreach (MachineInfo machine in await qemu.ExecuteAsync(QmpCommands.QueryMachines,
///     new(),
///     cancellationToken: cancellationToken))
/// {
///     bool old = machine.Deprecated;
/// }
/// </code>
/// </example>
public sealed record MachineInfo : QmpObject
{
    /// <summary>The name, such as <c>pc-i440fx-7.2</c>.</summary>
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>What it may be called besides, such as <c>pc</c>.</summary>
    public string? Alias { get; init; }

    public bool? IsDefault { get; init; }

    /// <summary>How many CPUs it can have.</summary>
    public long CpuMax { get; init; }

    public bool HotpluggableCpus { get; init; }

    public bool NumaMemSupported { get; init; }

    public bool Deprecated { get; init; }

    /// <summary>The QOM type of its CPUs unless another is asked for.</summary>
    public string? DefaultCpuType { get; init; }

    /// <summary>The id of the memory backend that its RAM is.</summary>
    public string? DefaultRamId { get; init; }

    /// <summary>Since QEMU 8.0.</summary>
    [QmpSince("8.0")]
    public bool? Acpi { get; init; }

    /// <summary>What it changes of the defaults, where asked for. Since QEMU 9.1.</summary>
    [QmpSince("9.1")]
    public IReadOnlyList<CompatProperty>? CompatProps { get; init; }
}
