using System.Runtime.InteropServices;

namespace Pve.Qmp;

/// <summary>What one call does differently from its descriptor and the client's defaults.</summary>
public sealed record QmpCallOptions
{
    /// <summary>The deadline for the reply of this call.</summary>
    public TimeSpan? ReplyTimeout { get; init; }

    /// <summary>Whether the command overtakes those that wait in QEMU (<c>exec-oob</c>); only some commands allow it.</summary>
    public bool OutOfBand { get; init; }

    /// <summary>
    /// A file descriptor that travels with the command, for <c>getfd</c> and <c>add-fd</c>; QEMU gets a copy, and the caller may close its own
    /// at once. Only over a unix socket on Linux (SCM_RIGHTS).
    /// </summary>
    public SafeHandle? FileDescriptor { get; init; }
}
