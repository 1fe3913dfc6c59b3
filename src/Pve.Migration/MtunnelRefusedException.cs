namespace Pve.Migration;

/// <summary>
/// The peer answered a command with an error. A v1 tunnel can carry nothing more afterwards: the text of an error may span lines, and no
/// reader can tell its last line from the answer to the next command. A v2 tunnel is as good as before.
/// An <see cref="IMtunnelHandler"/> throws it to give such an answer.
/// </summary>
public sealed class MtunnelRefusedException : MtunnelException
{
    /// <summary>For a handler: <paramref name="errorText"/> is sent to the peer, made a single line.</summary>
    public MtunnelRefusedException(string errorText)
        : base(errorText, tunnelUsable: false) => ErrorText = errorText;

    internal MtunnelRefusedException(string command, string errorText, string peer, bool tunnelUsable)
        : base($"{peer} refused '{command}': {errorText}", tunnelUsable)
    {
        Command = command;
        ErrorText = errorText;
    }

    /// <summary>The command that was refused.</summary>
    public string? Command { get; }

    /// <summary>The first line of the peer's text, without <c>ERR: </c>; in v2 its <c>msg</c>.</summary>
    public string ErrorText { get; }
}
