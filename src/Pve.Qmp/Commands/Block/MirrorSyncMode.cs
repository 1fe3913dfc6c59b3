using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>What a job copies (QAPI MirrorSyncMode).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new MirrorSyncMode("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == MirrorSyncMode.Top;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<MirrorSyncMode>))]
public readonly record struct MirrorSyncMode(string Value) : IOpenName<MirrorSyncMode>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    /// <summary>What is in the top image.</summary>
    public static readonly MirrorSyncMode Top = new("top");

    /// <summary>Everything.</summary>
    public static readonly MirrorSyncMode Full = new("full");

    /// <summary>Only what is written from now on.</summary>
    public static readonly MirrorSyncMode None = new("none");

    /// <summary>What a bitmap has; the bitmap is cleared on success.</summary>
    public static readonly MirrorSyncMode Incremental = new("incremental");

    /// <summary>What a bitmap has; another option says what becomes of it.</summary>
    public static readonly MirrorSyncMode Bitmap = new("bitmap");

    /// <inheritdoc/>
    public static MirrorSyncMode FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
