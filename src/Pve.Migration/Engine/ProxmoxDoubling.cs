namespace Pve.Migration.Engine;

/// <summary>Doubles the downtime limit after more than five polls without progress (Proxmox VE, QemuMigrate.pm); clamped, see its bug 7044.</summary>
internal sealed class ProxmoxDoubling : ConvergenceStrategy
{
    private const int PatientPolls = 5;

    public override TimeSpan? RaiseDowntimeLimit(ConvergenceState state)
    {
        if (state.PollsWithoutProgress <= PatientPolls || state.DowntimeLimit >= MaxDowntimeLimit)
        {
            return null;
        }

        var doubled = state.DowntimeLimit * 2;
        return doubled < MaxDowntimeLimit ? doubled : MaxDowntimeLimit;
    }
}
