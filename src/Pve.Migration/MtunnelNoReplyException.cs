namespace Pve.Migration;

/// <summary>
/// A command was handed over and no answer came: whether it was carried out is unknown, and "failed" would be a guess.
/// Ask the target itself before anything is undone.
/// </summary>
public sealed class MtunnelNoReplyException : MtunnelException
{
    public MtunnelNoReplyException(string command, MtunnelNoReplyReason reason, string detail, Exception? innerException = null)
        : base($"no answer to '{command}', whether it was carried out is unknown: {detail}", tunnelUsable: false, innerException)
    {
        Command = command;
        Reason = reason;
    }

    /// <summary>The command whose outcome is unknown.</summary>
    public string Command { get; }

    /// <summary>Why there is no answer.</summary>
    public MtunnelNoReplyReason Reason { get; }
}
