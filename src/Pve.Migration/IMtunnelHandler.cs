namespace Pve.Migration;

/// <summary>What the target side does when the source asks for it. Commands come one after the other, never two at once.</summary>
public interface IMtunnelHandler
{
    /// <summary>Makes the VM run; returning means that it does.</summary>
    /// <exception cref="MtunnelRefusedException">It does not; the text is sent to the source. Any other exception sends its message.</exception>
    Task ResumeAsync(int vmid, CancellationToken cancellationToken);
}
