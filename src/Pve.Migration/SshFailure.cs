using Pve.Migration.Tunnel;

namespace Pve.Migration;

/// <summary>An end of <c>ssh</c>, understood: its kind, and one line for a human with the remedy.</summary>
/// <remarks>ssh says 255 for its own failures and else passes on the remote command's code; the rest are the words of OpenSSH, which are not translated.</remarks>
public sealed record SshFailure(SshFailureKind Kind, string Message)
{
    private const int MaxQuoted = 500;

    // The first that matches wins: the cause before its consequence.
    private static readonly (string Words, SshFailureKind Kind, string Remedy)[] Known =
    [
        ("REMOTE HOST IDENTIFICATION HAS CHANGED", SshFailureKind.HostKeyChanged, "the host was reinstalled, or somebody sits in between: compare its key, then replace it in known_hosts"),
        ("host key is known for", SshFailureKind.HostKeyUnknown, "add the host's key to known_hosts, for instance with ssh-keyscan, and compare it"),
        ("Host key verification failed", SshFailureKind.HostKeyUnknown, "add the host's key to known_hosts, for instance with ssh-keyscan, and compare it"),
        ("Could not resolve hostname", SshFailureKind.HostNotFound, "check the host's name and the resolver"),
        ("Could not request local forwarding", SshFailureKind.ForwardingFailed, "see that the socket's folder exists and is writable, and that nobody listens there"),
        ("cannot listen to", SshFailureKind.ForwardingFailed, "see that the socket's folder exists and is writable, and that nobody listens there"),
        ("forwarding failed", SshFailureKind.ForwardingFailed, "see that the socket's folder exists and is writable, and that nobody listens there"),
        ("Permission denied (", SshFailureKind.PermissionDenied, "install our public key on the host, or name the right key and user"),
        ("Too many authentication failures", SshFailureKind.PermissionDenied, "the agent offers too many keys: name the right one and set IdentitiesOnly=yes"),
        ("Connection refused", SshFailureKind.ConnectionRefused, "see that sshd runs there and that the port is right"),
        ("Connection timed out", SshFailureKind.HostUnreachable, "see that the host is up and no firewall drops the port"),
        ("Operation timed out", SshFailureKind.HostUnreachable, "see that the host is up and no firewall drops the port"),
        ("No route to host", SshFailureKind.HostUnreachable, "see that the host is up and the network leads there"),
        ("Network is unreachable", SshFailureKind.HostUnreachable, "see that the host is up and the network leads there"),
        ("Bad configuration option", SshFailureKind.BadConfiguration, "correct the option"),
        ("Can't open user config file", SshFailureKind.BadConfiguration, "name a configuration that exists"),
        ("command-line: line", SshFailureKind.BadConfiguration, "correct the option"),
        ("not responding", SshFailureKind.ConnectionLost, "the network or the host is gone"),
        ("closed by", SshFailureKind.ConnectionLost, "see the sshd log of the host"),
        ("Connection reset", SshFailureKind.ConnectionLost, "see the sshd log of the host"),
        ("Broken pipe", SshFailureKind.ConnectionLost, "the network or the host is gone"),
    ];

    /// <summary>Reads an exit code (128 + signal where a signal ended it) and the text of stderr.</summary>
    public static SshFailure Explain(string name, int exitCode, string standardError)
    {
        ArgumentNullException.ThrowIfNull(standardError);
        string[] lines = standardError.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        string last = lines.Length == 0 ? "" : $": {Shorten(lines[^1])}";
        switch (exitCode)
        {
            case 0:
                return new SshFailure(SshFailureKind.None, $"{name} ended with code 0");
            case 126 or 127:
                return new SshFailure(
                    SshFailureKind.CommandNotFound,
                    $"{name} ended with code {exitCode}{last} (the command does not exist there or may not be run: see that it is installed and in the PATH of a non-interactive shell)");
            case 255:
                return ExplainOwn(name, lines, last);
            case > 128 and < 128 + 65:
                return new SshFailure(SshFailureKind.Killed, $"{name} was ended by signal {exitCode - 128}{last}");
            default:
                return new SshFailure(SshFailureKind.CommandFailed, $"{name} ended with code {exitCode}{last}");
        }
    }

    internal static SshFailure Explain(string name, int exitCode, string standardError, string[] secrets) =>
        Explain(name, exitCode, SecretMask.Apply(standardError, secrets));

    private static SshFailure ExplainOwn(string name, string[] lines, string last)
    {
        foreach ((string words, SshFailureKind kind, string remedy) in Known)
        {
            if (Array.FindLast(lines, line => line.Contains(words, StringComparison.Ordinal)) is { } line)
            {
                return new SshFailure(kind, $"{name} ended with code 255: {Shorten(line)} ({remedy})");
            }
        }

        return new SshFailure(SshFailureKind.Other, $"{name} ended with code 255{last}");
    }

    // ssh frames its loudest warnings
    private static string Shorten(string line) => WireText.ToSingleLine(SecretMask.Apply(line.Trim('@', ' ')), MaxQuoted);
}
