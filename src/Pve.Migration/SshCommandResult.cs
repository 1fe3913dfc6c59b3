namespace Pve.Migration;

/// <summary>How a command on another host ended.</summary>
/// <param name="ExitCode">The remote command's; 255 is ssh's own, 128 + signal where a signal ended ssh.</param>
/// <param name="StandardOutput">At most the first 1 MiB, UTF-8.</param>
/// <param name="StandardError">At most the last 8 KiB, UTF-8; ssh's own words are in it.</param>
/// <param name="Failure">The end, understood.</param>
public sealed record SshCommandResult(int ExitCode, string StandardOutput, string StandardError, SshFailure Failure)
{
    /// <summary>How it ended, without what it wrote, which may be secret.</summary>
    public override string ToString() => Failure.Message;
}
