using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>How a mirror copies what the guest writes (QAPI MirrorCopyMode).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new MirrorCopyMode("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == MirrorCopyMode.Background;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<MirrorCopyMode>))]
public readonly record struct MirrorCopyMode(string Value) : IOpenName<MirrorCopyMode>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    /// <summary>Later.</summary>
    public static readonly MirrorCopyMode Background = new("background");

    /// <summary>At once: a write is done when it is done on both sides.</summary>
    public static readonly MirrorCopyMode WriteBlocking = new("write-blocking");

    /// <inheritdoc/>
    public static MirrorCopyMode FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
