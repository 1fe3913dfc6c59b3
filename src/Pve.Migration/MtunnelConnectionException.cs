namespace Pve.Migration;

/// <summary>The carrier could not be brought up, or was already gone when the call began: nothing was sent.</summary>
public sealed class MtunnelConnectionException : MtunnelException
{
    public MtunnelConnectionException(string message, Exception? innerException = null)
        : base(message, tunnelUsable: false, innerException)
    {
    }
}
