namespace Pve.Migration.Tunnel;

internal readonly record struct MtunnelCommand(MtunnelCommandKind Kind, int Vmid = 0)
{
    // Proxmox VE: 100 to 999999999
    public const int MaxVmidDigits = 9;
    public const int MaxVmid = 999_999_999;

    public static MtunnelCommand Ignored => default;

    public static MtunnelCommand Quit => new(MtunnelCommandKind.Quit);

    public static MtunnelCommand Resume(int vmid) => new(MtunnelCommandKind.Resume, vmid);

    // what logs and exceptions call it
    public override string ToString() => Kind switch
    {
        MtunnelCommandKind.Quit => "quit",
        MtunnelCommandKind.Resume => $"resume {Vmid}",
        _ => Kind.ToString(),
    };
}
