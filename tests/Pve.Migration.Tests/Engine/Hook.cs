namespace Pve.Migration.Tests.Engine;

/// <summary>A hook that does what a test wants.</summary>
internal sealed class Hook(string name, IReadOnlyCollection<MigrationPhase> phases) : IMigrationHook
{
    public required Func<MigrationPhase, CancellationToken, Task> Act { get; init; }

    public string Name => name;

    public IReadOnlyCollection<MigrationPhase> Phases => phases;

    public Task EnterAsync(MigrationPhase phase, int vmId, CancellationToken cancellationToken) => Act(phase, cancellationToken);
}
