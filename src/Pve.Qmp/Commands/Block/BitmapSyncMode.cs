using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>What becomes of a bitmap after a backup (QAPI BitmapSyncMode).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new BitmapSyncMode("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == BitmapSyncMode.OnSuccess;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<BitmapSyncMode>))]
public readonly record struct BitmapSyncMode(string Value) : IOpenName<BitmapSyncMode>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly BitmapSyncMode OnSuccess = new("on-success");

    public static readonly BitmapSyncMode Never = new("never");

    public static readonly BitmapSyncMode Always = new("always");

    /// <inheritdoc/>
    public static BitmapSyncMode FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
