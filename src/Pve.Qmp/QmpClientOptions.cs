using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Pve.Qmp;

/// <summary>How a <see cref="QmpClient"/> connects, waits and logs.</summary>
/// <example>
/// <code>
/// var options = new QmpClientOptions { ConnectTimeout = TimeSpan.FromSeconds(2), ReplyTimeout = TimeSpan.FromMinutes(1) };
/// await using var client = await QmpClient.ConnectAsync(QmpEndpoint.Tcp("127.0.0.1", 4444), options, cancellationToken);
/// </code>
/// </example>
public sealed record QmpClientOptions
{
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(49); // what a timer counts: 32 bits of milliseconds

    /// <summary>How long connecting, the greeting and the negotiation may take together; 10 seconds unless set.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a command waits for its reply unless its descriptor or the call says otherwise; 30 seconds unless set, at most 49 days, or
    /// <see cref="Timeout.InfiniteTimeSpan"/>.
    /// </summary>
    public TimeSpan ReplyTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The largest message accepted, in bytes; 16 MiB unless set. QEMU's schema is one line of about 0.2 MiB.</summary>
    public int MaxMessageBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Whether out-of-band execution is enabled where QEMU offers it; on unless set.</summary>
    public bool EnableOutOfBand { get; init; } = true;

    /// <summary>The clock of every deadline; the system's unless set.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where the client logs; nowhere unless set.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Where all that travels is recorded; nowhere unless set. The caller owns it.</summary>
    public QmpRecorder? Recorder { get; init; }

    /// <summary>Checks the deadline for a reply, of whoever named it.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    internal static void CheckReplyTimeout(TimeSpan timeout)
    {
        if ((timeout <= TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan) || timeout > LongestTimeout)
        {
            throw new ArgumentException(
                $"{nameof(ReplyTimeout)} is {timeout}; it must be longer than zero and at most {LongestTimeout.Days} days, or infinite.");
        }
    }

    internal void Validate()
    {
        Recorder?.ThrowIfUnusable();
        if (ConnectTimeout <= TimeSpan.Zero || ConnectTimeout > LongestTimeout)
        {
            throw new ArgumentException($"{nameof(ConnectTimeout)} is {ConnectTimeout}; it must be longer than zero and at most {LongestTimeout.Days} days.");
        }

        CheckReplyTimeout(ReplyTimeout);

        if (MaxMessageBytes < 1024)
        {
            throw new ArgumentException($"{nameof(MaxMessageBytes)} is {MaxMessageBytes}; QEMU's own greeting needs at least 1024.");
        }
    }
}
