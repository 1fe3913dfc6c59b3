using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>A thread that serves disks (an object of type <c>iothread</c>).</summary>
/// <example>
/// <code>
/// foreach (IothreadInfo thread in await qemu.ExecuteAsync(QmpCommands.QueryIothreads, cancellationToken: cancellationToken))
/// {
///     long id = thread.ThreadId;
/// }
/// </code>
/// </example>
public sealed record IothreadInfo : QmpObject
{
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>The thread of QEMU's host.</summary>
    public long ThreadId { get; init; }

    /// <summary>How long it polls at most; nanoseconds on the wire, 0 is not at all.</summary>
    [JsonPropertyName("poll-max-ns")]
    [JsonConverter(typeof(NanosecondsConverter))]
    public TimeSpan PollMax { get; init; }

    /// <summary>By what it multiplies the polling time; 0 is QEMU's choice.</summary>
    public long PollGrow { get; init; }

    /// <summary>By what it divides it; 0 is at once to nothing.</summary>
    public long PollShrink { get; init; }

    /// <summary>How many requests go to the kernel at once; 0 is QEMU's choice.</summary>
    public long AioMaxBatch { get; init; }
}
