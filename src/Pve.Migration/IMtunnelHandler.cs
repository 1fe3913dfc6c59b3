using System.Text.Json;

namespace Pve.Migration;

/// <summary>
/// What the target side does when the source asks for it. The commands of a tunnel come one after the other; a VM may have several tunnels, whose
/// commands come side by side.
/// </summary>
public interface IMtunnelHandler
{
    /// <summary>
    /// The v2 commands it has beside <c>resume</c>, <c>version</c> and <c>quit</c>, by their names on the wire, such as <c>nbdstop</c>: those of
    /// Proxmox VE, and <c>set-replication-state</c>, <c>status</c> and <c>resume-when-completed</c>, which are announced as capabilities. A name
    /// that is none of them is passed over. None unless it says so.
    /// </summary>
    IReadOnlyCollection<string> Commands => [];

    /// <summary>
    /// Whether it claims the guest (<see cref="IOwnershipHandover.ClaimAsync"/>) whenever it lets one run; v2 announces it as the capability <c>claims</c>. Not unless it
    /// says so.
    /// </summary>
    bool ClaimsOwnership => false;

    /// <summary>
    /// A tunnel that belongs to a VM (<see cref="MtunnelServerOptions.Vmid"/>) has heard its first line, in a dialect that can resume: what the
    /// resume will need can be made ready now. It must neither wait nor throw. Nothing unless it does so.
    /// </summary>
    void OnTunnelBegun(int vmid)
    {
    }

    /// <summary>
    /// The client of such a tunnel has sent one more line that asks nothing, as it does when its guest is paused: the resume is near. It must neither wait nor throw.
    /// Nothing unless it does so.
    /// </summary>
    void OnTunnelWoken(int vmid)
    {
    }

    /// <summary>That tunnel's connection is over, before any lease begins. Nothing unless it does so.</summary>
    Task OnTunnelEndedAsync(int vmid) => Task.CompletedTask;

    /// <summary>Makes the VM run; returning means that it does.</summary>
    /// <exception cref="MtunnelRefusedException">It does not; the text is sent to the source. Any other exception sends its message.</exception>
    Task ResumeAsync(int vmid, CancellationToken cancellationToken);

    /// <summary>Carries out one of <see cref="Commands"/>; its parameters have been checked against its schema.</summary>
    /// <returns>The answer's members, an object; or nothing.</returns>
    /// <exception cref="MtunnelRefusedException">As for <see cref="ResumeAsync"/>.</exception>
    Task<JsonElement> ExecuteAsync(MtunnelRequest request, CancellationToken cancellationToken)
        => throw new MtunnelRefusedException($"'{request.Command}' is not handled here");

    /// <summary>The source said <c>quit</c> and asked for a clean-up: frees the VM's volumes and destroys it. Nothing unless it does so.</summary>
    /// <exception cref="MtunnelRefusedException">As for <see cref="ResumeAsync"/>.</exception>
    Task CleanUpAsync(int vmid, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// The source has gone without <c>quit</c>, and did not come back within the lease (<see cref="MtunnelServerOptions.CleansUpAfter"/>):
    /// frees what was made for a guest that surely never ran here. Whatever may have run is kept. Nothing unless it does so.
    /// </summary>
    Task AbandonAsync(int vmid, CancellationToken cancellationToken) => Task.CompletedTask;
}
