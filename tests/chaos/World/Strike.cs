using Pve.Chaos.Orchestration;
using Pve.Chaos.Scenarios;
using Pve.Migration.Testing;

namespace Pve.Chaos.World;

/// <summary>The fault of a scenario, as it is done to a stage.</summary>
internal sealed class Strike(Scenario scenario, Stage stage, OrchestratorProcess orchestrator)
{
    private IReadOnlyList<int> _frozen = [];

    /// <returns>Whether anybody was there to be struck.</returns>
    public bool Hit()
    {
        if (orchestrator.Ending.IsCompleted)
        {
            return false;
        }

        switch (scenario.Fault)
        {
            case Fault.Kill:
                var killed = Victims;
                Signal(killed, Processes.Kill);
                return killed.Count > 0;
            case Fault.Freeze:
                _frozen = Victims;
                Signal(_frozen, Processes.Stop);
                return _frozen.Count > 0;
            default:
                Connections.ForEach(connection => connection.Cut());
                return true;
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
        Party.Source => Living(stage.Source),
        Party.Target => Living(stage.Target),
        Party.Ssh => Processes.Find("ssh", stage.Mark),
        Party.Mtunnel => Processes.Find("mtunnel", stage.Mark),
        _ => [orchestrator.Pid],
    };

    private static IReadOnlyList<int> Living(GuestHost host) => host.Process.Exited.IsCompleted ? [] : [host.Process.Pid];

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
