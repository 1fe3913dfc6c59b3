using Pve.Chaos.Orchestration;
using Pve.Chaos.Scenarios;

namespace Pve.Chaos.World;

/// <summary>The fault of a scenario, as it is done to a stage.</summary>
internal sealed class Strike(Scenario scenario, Stage stage, OrchestratorProcess orchestrator)
{
    private IReadOnlyList<int> _frozen = [];

    public void Hit()
    {
        switch (scenario.Fault)
        {
            case Fault.Kill:
                Signal(Victims, Processes.Kill);
                break;
            case Fault.Freeze:
                _frozen = Victims;
                Signal(_frozen, Processes.Stop);
                break;
            case Fault.Cut:
                Connections.ForEach(connection => connection.Cut());
                break;
        }
    }

    /// <summary>Undoes what can be undone.</summary>
    public void Relent()
    {
        Signal(_frozen, Processes.Continue);
        Connections.ForEach(connection => connection.Mend());
    }

    private IReadOnlyList<int> Victims => scenario.Party switch
    {
        Party.Source => [stage.Source.Process.Pid],
        Party.Target => [stage.Target.Process.Pid],
        Party.Ssh => Processes.Find("ssh", stage.Mark),
        Party.Mtunnel => Processes.Find("mtunnel", stage.Mark),
        _ => [orchestrator.Pid],
    };

    private List<Relay> Connections => scenario.Party switch
    {
        Party.Source => [stage.SourceMonitor],
        Party.Target => [stage.Ram, stage.Disks],
        Party.Ssh => [stage.Ssh],
        Party.Mtunnel => [stage.TunnelMonitor],
        _ => [stage.TargetMonitor],
    };

    private static void Signal(IEnumerable<int> victims, int signal)
    {
        foreach (var victim in victims)
        {
            Processes.Signal(victim, signal);
        }
    }
}
