using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>Whether a disk's requests succeed (QAPI BlockDeviceIoStatus).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new BlockDeviceIoStatus("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == BlockDeviceIoStatus.Ok;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<BlockDeviceIoStatus>))]
public readonly record struct BlockDeviceIoStatus(string Value) : IOpenName<BlockDeviceIoStatus>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly BlockDeviceIoStatus Ok = new("ok");

    public static readonly BlockDeviceIoStatus Failed = new("failed");

    public static readonly BlockDeviceIoStatus NoSpace = new("nospace");

    /// <inheritdoc/>
    public static BlockDeviceIoStatus FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
