namespace Pve.Migration;

/// <summary>An earlier exchange left the tunnel unfit, or it was closed: nothing was sent.</summary>
public sealed class MtunnelFaultedException : MtunnelException
{
    public MtunnelFaultedException(string faultReason)
        : base($"the tunnel carries no more commands: {faultReason}", tunnelUsable: false) => FaultReason = faultReason;

    /// <summary>The first reason, which every later call is told.</summary>
    public string FaultReason { get; }
}
