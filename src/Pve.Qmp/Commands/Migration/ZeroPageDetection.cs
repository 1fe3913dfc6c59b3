using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>Who looks for pages of zeroes (QAPI ZeroPageDetection).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new ZeroPageDetection("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == ZeroPageDetection.None;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<ZeroPageDetection>))]
public readonly record struct ZeroPageDetection(string Value) : IOpenName<ZeroPageDetection>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    /// <summary>Since QEMU 9.0.</summary>
    [QmpSince("9.0")]
    public static readonly ZeroPageDetection None = new("none");

    /// <summary>Since QEMU 9.0.</summary>
    [QmpSince("9.0")]
    public static readonly ZeroPageDetection Legacy = new("legacy");

    /// <summary>Since QEMU 9.0.</summary>
    [QmpSince("9.0")]
    public static readonly ZeroPageDetection Multifd = new("multifd");

    /// <inheritdoc/>
    public static ZeroPageDetection FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
