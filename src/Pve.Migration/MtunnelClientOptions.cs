using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Pve.Migration;

/// <summary>How a <see cref="MtunnelClient"/> waits. Every time may be <see cref="Timeout.InfiniteTimeSpan"/>.</summary>
public sealed record MtunnelClientOptions
{
    /// <summary>From the start of connecting to the greeting; default 60 s, as in Proxmox VE.</summary>
    public TimeSpan GreetingTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether the peer greets; default yes. Over Proxmox VE's WebSocket nobody does, and the client begins with <c>version</c>.</summary>
    public bool ExpectGreeting { get; init; } = true;

    /// <summary>The highest dialect that is spoken; default v2.</summary>
    public MtunnelDialect HighestDialect { get; init; } = MtunnelDialect.V2;

    /// <summary>Whether what a v2 peer can beyond Proxmox VE's commands is used; default yes.</summary>
    public bool UseCapabilities { get; init; } = true;

    /// <summary>
    /// From the greeting to the version line, after which the peer is taken to speak v0, and again to the answer to <c>version</c> where it
    /// announces JSON; default 10 s, as in Proxmox VE.
    /// </summary>
    public TimeSpan VersionTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For one <c>resume</c> or <c>resume-when-completed</c>, from sending to the answer; default 30 s, as in Proxmox VE.</summary>
    public TimeSpan ResumeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// For any other command by its name, where Proxmox VE's own does not fit: 10 s for <c>bwlimit</c>, <c>stop</c>, <c>unlock</c>,
    /// <c>ticket</c>, <c>status</c>; 30 s for <c>nbdstop</c>; 120 s for <c>config</c>; 300 s for <c>start</c>; 600 s for <c>disk</c>, <c>fstrim</c>.
    /// </summary>
    public IReadOnlyDictionary<string, TimeSpan> CommandTimeouts { get; init; } = System.Collections.ObjectModel.ReadOnlyDictionary<string, TimeSpan>.Empty;

    /// <summary>For <c>quit</c>, from sending to the answer or the end of the stream; default 30 s, as in Proxmox VE.</summary>
    public TimeSpan QuitTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest line taken from the peer, in bytes without the LF; default 1 MiB.</summary>
    public int MaxLineLength { get; init; } = 1024 * 1024;

    /// <summary>The clock of all deadlines; default the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where to log; default nowhere. Lines of the wire are logged at Trace only.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    // what a command's parameters hold and a peer may quote: blotted out wherever its words are told
    internal string[] Secrets { get; init; } = [];

    internal void Validate()
    {
        if (HighestDialect is < MtunnelDialect.V0 or > MtunnelDialect.V2)
        {
            throw new ArgumentException($"{nameof(HighestDialect)} is {HighestDialect}; this library speaks v0 to v2.");
        }

        if (!ExpectGreeting && HighestDialect != MtunnelDialect.V2)
        {
            throw new ArgumentException($"{nameof(ExpectGreeting)} is off, but only v2 does without a greeting.");
        }

        ThrowIfNotATimeout(GreetingTimeout, nameof(GreetingTimeout));
        ThrowIfNotATimeout(VersionTimeout, nameof(VersionTimeout));
        ThrowIfNotATimeout(ResumeTimeout, nameof(ResumeTimeout));
        ThrowIfNotATimeout(QuitTimeout, nameof(QuitTimeout));
        ArgumentNullException.ThrowIfNull(CommandTimeouts);
        foreach (TimeSpan timeout in CommandTimeouts.Values)
        {
            ThrowIfNotATimeout(timeout, nameof(CommandTimeouts));
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxLineLength);
        ArgumentNullException.ThrowIfNull(TimeProvider);
        ArgumentNullException.ThrowIfNull(LoggerFactory);
    }

    private static void ThrowIfNotATimeout(TimeSpan value, string name)
    {
        if (value != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero, name);
        }
    }
}
