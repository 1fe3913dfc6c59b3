using System.Globalization;

namespace Pve.Migration;

/// <summary>The commands that <see cref="SshCommandTarget"/> runs; each gets the VM's number and gives program and arguments.</summary>
public sealed record SshCommandTargetOptions
{
    /// <summary>Lets the guest run; Proxmox VE's <c>qm resume VMID --skiplock --nocheck</c> unless set.</summary>
    public Func<int, IReadOnlyList<string>> Resume { get; init; } = vm => ["qm", "resume", Text(vm), "--skiplock", "--nocheck"];

    /// <summary>Hands over the replication state; Proxmox VE's <c>pvesr set-state VMID {}</c> unless set.</summary>
    public Func<int, IReadOnlyList<string>> SetReplicationState { get; init; } = vm => ["pvesr", "set-state", Text(vm), "{}"];

    /// <summary>Ends the NBD server; Proxmox VE's <c>qm nbdstop VMID</c> unless set.</summary>
    public Func<int, IReadOnlyList<string>> StopNbd { get; init; } = vm => ["qm", "nbdstop", Text(vm)];

    /// <summary>Releases the lock; Proxmox VE's <c>qm unlock VMID</c> unless set.</summary>
    public Func<int, IReadOnlyList<string>> Unlock { get; init; } = vm => ["qm", "unlock", Text(vm)];

    /// <summary>Changes nothing, and shows before the pause whether commands get through; <c>true</c> unless set.</summary>
    public IReadOnlyList<string> Probe { get; init; } = ["true"];

    /// <summary>How long one command may take, connecting included; 60 seconds unless set.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    private static string Text(int vm) => vm.ToString(CultureInfo.InvariantCulture);
}
