using Pve.Migration.Tunnel;

namespace Pve.Migration;

/// <summary>A command on another host did not end in time and its ssh was ended: what it did over there is unknown, and it may still run.</summary>
public sealed class SshCommandTimeoutException : TimeoutException
{
    public SshCommandTimeoutException(string name, string command, TimeSpan deadline, string standardError)
        : base($"{name}: '{SecretMask.Apply(command)}' did not end within {deadline.TotalSeconds:0.###} s, what it did is unknown")
    {
        Command = command;
        Deadline = deadline;
        StandardError = standardError;
    }

    /// <summary>The command, as it was given to the shell over there.</summary>
    public string Command { get; }

    /// <summary>How long it had.</summary>
    public TimeSpan Deadline { get; }

    /// <summary>What it had written to stderr by then, at most the last 8 KiB.</summary>
    public string StandardError { get; }
}
