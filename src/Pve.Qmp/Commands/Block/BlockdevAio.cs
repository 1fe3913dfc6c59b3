using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>How requests reach the host (QAPI BlockdevAioOptions).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new BlockdevAio("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == BlockdevAio.Threads;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<BlockdevAio>))]
public readonly record struct BlockdevAio(string Value) : IOpenName<BlockdevAio>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly BlockdevAio Threads = new("threads");

    public static readonly BlockdevAio Native = new("native");

    public static readonly BlockdevAio IoUring = new("io_uring");

    /// <inheritdoc/>
    public static BlockdevAio FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
