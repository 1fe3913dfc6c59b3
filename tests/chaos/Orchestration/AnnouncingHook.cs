using Pve.Chaos.Scenarios;
using Pve.Migration;

namespace Pve.Chaos.Orchestration;

/// <summary>A hook that tells when the guest is paused at <c>pre-switchover</c>, before anything else is done there.</summary>
internal sealed class AnnouncingHook(Announcer announcer) : IMigrationHook
{
    public string Name => "announce";

    public IReadOnlyCollection<MigrationPhase> Phases => [MigrationPhase.SwitchingOver];

    public Task EnterAsync(MigrationPhase phase, int vmId, CancellationToken cancellationToken) => announcer.ReachAsync(Moment.PreSwitchover);
}
