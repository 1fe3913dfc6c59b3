using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>A thread that serves disks (type <c>iothread</c>).</summary>
/// <param name="Id">The id.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.ObjectAdd, new IothreadObject("iothread0"), cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record IothreadObject(string Id) : ObjectOptions(Id)
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override string QomType => "iothread";

    public long? AioMaxBatch { get; init; }

    public long? ThreadPoolMin { get; init; }

    public long? ThreadPoolMax { get; init; }

    /// <summary>How long it polls at most; nanoseconds on the wire.</summary>
    [JsonPropertyName("poll-max-ns")]
    [JsonConverter(typeof(NanosecondsConverter))]
    public TimeSpan? PollMax { get; init; }

    /// <summary>By what it multiplies the polling time.</summary>
    public long? PollGrow { get; init; }

    /// <summary>By what it divides it.</summary>
    public long? PollShrink { get; init; }
}
