using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>How a job is doing (QAPI JobStatus).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new JobStatus("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == JobStatus.Undefined;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<JobStatus>))]
public readonly record struct JobStatus(string Value) : IOpenName<JobStatus>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly JobStatus Undefined = new("undefined");

    public static readonly JobStatus Created = new("created");

    public static readonly JobStatus Running = new("running");

    public static readonly JobStatus Paused = new("paused");

    /// <summary>A mirror that has caught up, and keeps up.</summary>
    public static readonly JobStatus Ready = new("ready");

    /// <summary>Paused while ready.</summary>
    public static readonly JobStatus Standby = new("standby");

    /// <summary>Waits for other jobs of its transaction.</summary>
    public static readonly JobStatus Waiting = new("waiting");

    /// <summary>Waits for <c>job-finalize</c>.</summary>
    public static readonly JobStatus Pending = new("pending");

    public static readonly JobStatus Aborting = new("aborting");

    /// <summary>Over, in success or failure; waits for <c>job-dismiss</c>.</summary>
    public static readonly JobStatus Concluded = new("concluded");

    /// <summary>Gone.</summary>
    public static readonly JobStatus Null = new("null");

    /// <inheritdoc/>
    public static JobStatus FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
