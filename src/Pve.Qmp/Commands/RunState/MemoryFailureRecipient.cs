using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>Whose memory broke (QAPI MemoryFailureRecipient).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new MemoryFailureRecipient("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == MemoryFailureRecipient.Hypervisor;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<MemoryFailureRecipient>))]
public readonly record struct MemoryFailureRecipient(string Value) : IOpenName<MemoryFailureRecipient>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly MemoryFailureRecipient Hypervisor = new("hypervisor");

    public static readonly MemoryFailureRecipient Guest = new("guest");

    /// <inheritdoc/>
    public static MemoryFailureRecipient FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
