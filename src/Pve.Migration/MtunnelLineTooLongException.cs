namespace Pve.Migration;

/// <summary>The peer sent a line longer than the limit; the connection was ended.</summary>
public sealed class MtunnelLineTooLongException : MtunnelException
{
    public MtunnelLineTooLongException(int limit)
        : base(Describe(limit), tunnelUsable: false) => Limit = limit;

    /// <summary>The limit, in bytes without the LF.</summary>
    public int Limit { get; }

    internal static string Describe(int limit) => $"the peer sent a line longer than {limit} bytes";
}
