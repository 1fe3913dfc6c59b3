using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>What a channel carries (QAPI MigrationChannelType).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new MigrationChannelType("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == MigrationChannelType.Main;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<MigrationChannelType>))]
public readonly record struct MigrationChannelType(string Value) : IOpenName<MigrationChannelType>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    /// <summary>The migration stream. Since QEMU 8.2.</summary>
    [QmpSince("8.2")]
    public static readonly MigrationChannelType Main = new("main");

    /// <summary>What a new QEMU on the same host takes over as it is; with the mode <c>cpr-transfer</c>. Since QEMU 10.0.</summary>
    [QmpSince("10.0")]
    public static readonly MigrationChannelType Cpr = new("cpr");

    /// <inheritdoc/>
    public static MigrationChannelType FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
