using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>What a job does (QAPI JobType).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new JobType("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == JobType.Commit;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<JobType>))]
public readonly record struct JobType(string Value) : IOpenName<JobType>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly JobType Commit = new("commit");

    public static readonly JobType Stream = new("stream");

    public static readonly JobType Mirror = new("mirror");

    public static readonly JobType Backup = new("backup");

    public static readonly JobType Create = new("create");

    public static readonly JobType Amend = new("amend");

    public static readonly JobType SnapshotLoad = new("snapshot-load");

    public static readonly JobType SnapshotSave = new("snapshot-save");

    public static readonly JobType SnapshotDelete = new("snapshot-delete");

    /// <inheritdoc/>
    public static JobType FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
