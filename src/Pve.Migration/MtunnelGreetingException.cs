namespace Pve.Migration;

/// <summary>The peer did not greet, or not in a way that makes a tunnel. No command was sent.</summary>
public sealed class MtunnelGreetingException : MtunnelException
{
    public MtunnelGreetingException(MtunnelGreetingFailure failure, string message, Exception? innerException = null)
        : base(message, tunnelUsable: false, innerException) => Failure = failure;

    /// <summary>What kind of refusal it was.</summary>
    public MtunnelGreetingFailure Failure { get; }
}
