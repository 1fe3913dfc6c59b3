namespace Mtunnel.Hosting;

/// <summary>The only folders that the target side touches: monitors, what belongs to a run, and storages, each a folder in the last one.</summary>
internal sealed record HostFolders(string Monitors, string? Run = null, string? Disks = null)
{
    public GuestPaths Of(int vmid) => new(vmid, Monitors, Run ?? throw new InvalidOperationException("There is no folder for what belongs to a run."));

    public string Monitor(int vmid) => GuestPaths.MonitorIn(Monitors, vmid);
}
