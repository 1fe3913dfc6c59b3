namespace Pve.Migration;

/// <summary>Something went wrong with a migration tunnel. Of the VM it says nothing, unless the specific exception does.</summary>
public abstract class MtunnelException : Exception
{
    private protected MtunnelException(string message, bool tunnelUsable, Exception? innerException = null)
        : base(message, innerException) => TunnelUsable = tunnelUsable;

    /// <summary>Whether the next command may be sent over the same tunnel.</summary>
    public bool TunnelUsable { get; }
}
