using System.Runtime.InteropServices;

namespace Pve.Qmp;

/// <summary>What one call does differently from its descriptor and the client's defaults.</summary>
/// <example>
/// <code>
/// var call = new QmpCallOptions
/// {
///     ReplyTimeout = TimeSpan.FromMinutes(10),
///     OmitUnknown = true,
///     Omitted = paths =&gt; Console.WriteLine(string.Join(", ", paths)),
/// };
/// await qemu.ExecuteAsync("blockdev-add", JsonElement.Parse("""{"driver": "null-co", "node-name": "disk0"}"""), call, cancellationToken);
/// </code>
/// </example>
public sealed record QmpCallOptions
{
    /// <summary>The deadline for the reply of this call.</summary>
    public TimeSpan? ReplyTimeout { get; init; }

    /// <summary>Whether the command overtakes those that wait in QEMU (<c>exec-oob</c>); only some commands allow it.</summary>
    public bool OutOfBand { get; init; }

    /// <summary>
    /// A file descriptor that travels with the command, for <c>getfd</c> and <c>add-fd</c>; QEMU gets a copy, and the caller may close its own
    /// at once, or after the reply with <see cref="OmitUnknown"/>. Only over a unix socket on Linux (SCM_RIGHTS).
    /// </summary>
    public SafeHandle? FileDescriptor { get; init; }

    /// <summary>
    /// Whether arguments that this QEMU does not know are left out (<see cref="QmpSchema.Fit"/>); off unless set. The client's first such call asks
    /// for the schema, which takes QEMU some 30 ms, so call <see cref="QmpClient.GetSchemaAsync"/> where there is time for it; it is asked
    /// in band, also for a command that goes out of band.
    /// </summary>
    public bool OmitUnknown { get; init; }

    /// <summary>Is told what <see cref="OmitUnknown"/> left out, before the command is sent; not called where that is nothing.</summary>
    public Action<IReadOnlyList<string>>? Omitted { get; init; }
}
