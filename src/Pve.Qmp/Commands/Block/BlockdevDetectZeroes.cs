using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>What becomes of zeroes that are written (QAPI BlockdevDetectZeroesOptions).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new BlockdevDetectZeroes("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == BlockdevDetectZeroes.Off;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<BlockdevDetectZeroes>))]
public readonly record struct BlockdevDetectZeroes(string Value) : IOpenName<BlockdevDetectZeroes>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly BlockdevDetectZeroes Off = new("off");

    public static readonly BlockdevDetectZeroes On = new("on");

    public static readonly BlockdevDetectZeroes Unmap = new("unmap");

    /// <inheritdoc/>
    public static BlockdevDetectZeroes FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
