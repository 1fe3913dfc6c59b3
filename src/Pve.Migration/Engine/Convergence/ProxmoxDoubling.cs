namespace Pve.Migration.Engine.Convergence;

/// <summary>Doubles the downtime limit after more than five polls without progress (Proxmox VE, QemuMigrate.pm); clamped, see its bug 7044.</summary>
internal sealed class ProxmoxDoubling : ConvergenceStrategy
{
    private const int PatientPolls = 5;

    public override ConvergenceDecision Decide(ConvergenceState state)
    {
        if (state.PollsWithoutProgress <= PatientPolls || state.DowntimeLimit >= MaxDowntimeLimit)
        {
            return ConvergenceDecision.Nothing;
        }

        var doubled = state.DowntimeLimit * 2;
        return new ConvergenceDecision.LimitDowntime(doubled < MaxDowntimeLimit ? doubled : MaxDowntimeLimit);
    }
}
