using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>On which NUMA nodes of the host memory lies (QAPI HostMemPolicy).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new HostMemPolicy("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == HostMemPolicy.Default;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<HostMemPolicy>))]
public readonly record struct HostMemPolicy(string Value) : IOpenName<HostMemPolicy>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly HostMemPolicy Default = new("default");

    public static readonly HostMemPolicy Preferred = new("preferred");

    public static readonly HostMemPolicy Bind = new("bind");

    public static readonly HostMemPolicy Interleave = new("interleave");

    /// <inheritdoc/>
    public static HostMemPolicy FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
