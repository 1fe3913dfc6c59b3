using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pve.Migration.Transports;

namespace Pve.Migration;

/// <summary>How a host is reached with the system's <c>ssh</c>.</summary>
/// <remarks>
/// Nobody is ever asked for a password (<c>BatchMode=yes</c>), and host keys are checked: <c>StrictHostKeyChecking=yes</c>, or, with a
/// <see cref="ConfigFile"/>, what that file says. <see cref="ExtraOptions"/> come first on the command line, so they win.
/// </remarks>
public sealed record SshTransportOptions
{
    /// <summary>Name or address, or an alias of the ssh configuration.</summary>
    public required string Host { get; init; }

    /// <summary>Default: what the ssh configuration says, else 22.</summary>
    public int? Port { get; init; }

    /// <summary>Default: what the ssh configuration says, else the current user.</summary>
    public string? User { get; init; }

    /// <summary>A private key; default: what the ssh configuration says.</summary>
    public string? IdentityFile { get; init; }

    /// <summary>An ssh configuration to use instead of the user's and the system's (<c>-F</c>).</summary>
    public string? ConfigFile { get; init; }

    /// <summary>
    /// A control socket, over which a master connection is shared; whether one is made where there is none, <c>ControlMaster</c> among the
    /// <see cref="ExtraOptions"/> says. A master keeps forwards when the child that asked for them is gone: they are taken back with one
    /// more ssh, before connecting and after. Default: no sharing for a tunnel, the ssh configuration's choice for a command.
    /// </summary>
    public string? ControlPath { get; init; }

    /// <summary>A host to go through (<c>-J</c>).</summary>
    public string? JumpHost { get; init; }

    /// <summary>Further <c>-o</c> options, each <c>Name=Value</c>; ahead of ours, so that they win.</summary>
    public IReadOnlyList<string> ExtraOptions { get; init; } = [];

    /// <summary>Sockets forwarded for as long as the connection lives; a forward that cannot be set up ends ssh.</summary>
    public IReadOnlyList<SocketForward> Forwards { get; init; } = [];

    /// <summary>What runs on the host, argument by argument, quoted by us for a POSIX shell; default <c>qm mtunnel</c>.</summary>
    public IReadOnlyList<string> RemoteCommand { get; init; } = ["qm", "mtunnel"];

    /// <summary>The ssh program; default <c>ssh</c>, found by PATH.</summary>
    public string SshPath { get; init; } = "ssh";

    /// <summary>For TCP and the key exchange, rounded up to whole seconds; default 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a silent server is asked whether it lives, rounded up to whole seconds; default 5 s.</summary>
    public TimeSpan ServerAliveInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>After how many unanswered questions it is held dead; default 3.</summary>
    public int ServerAliveCountMax { get; init; } = 3;

    /// <summary>How long ssh may take to end by itself once its input is closed; then it gets TERM. Default 500 ms.</summary>
    public TimeSpan CloseGrace { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long it may take to end after TERM; then it gets KILL. Default 500 ms.</summary>
    public TimeSpan TerminateGrace { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The clock of all waits; default the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where to log; default nowhere.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    // what the other side was told and may quote
    internal string[] Secrets { get; init; } = [];

    internal string Name => $"ssh to {Host}";

    internal void Validate()
    {
        SshArguments.ThrowIfUnfitForCommandLine(Host, nameof(Host));
        SshArguments.ThrowIfUnfitForCommandLine(User ?? "none", nameof(User));
        SshArguments.ThrowIfUnfitForCommandLine(JumpHost ?? "none", nameof(JumpHost));
        ArgumentOutOfRangeException.ThrowIfLessThan(Port ?? 1, 1, nameof(Port));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Port ?? 1, 65535, nameof(Port));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ConnectTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ServerAliveInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ServerAliveCountMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(CloseGrace, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(TerminateGrace, TimeSpan.Zero);
        ArgumentException.ThrowIfNullOrEmpty(SshPath);
        ArgumentNullException.ThrowIfNull(TimeProvider);
        ArgumentNullException.ThrowIfNull(LoggerFactory);
        foreach (SocketForward forward in Forwards)
        {
            SshArguments.ThrowIfUnfitForForward(forward.LocalPath, nameof(SocketForward.LocalPath));
            SshArguments.ThrowIfUnfitForForward(forward.RemotePath, nameof(SocketForward.RemotePath));
        }
    }
}
