using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>How multifd compresses (QAPI MultiFDCompression); builds may know others, such as <c>qpl</c>.</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new MultifdCompression("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == MultifdCompression.None;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<MultifdCompression>))]
public readonly record struct MultifdCompression(string Value) : IOpenName<MultifdCompression>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly MultifdCompression None = new("none");

    public static readonly MultifdCompression Zlib = new("zlib");

    public static readonly MultifdCompression Zstd = new("zstd");

    /// <inheritdoc/>
    public static MultifdCompression FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
