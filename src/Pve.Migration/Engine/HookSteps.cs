using static Pve.Migration.StepPlacement;

namespace Pve.Migration.Engine;

/// <summary>The caller's hooks as steps.</summary>
internal sealed class HookSteps(IReadOnlyList<IMigrationHook> hooks, int vmId)
{
    /// <summary>The steps of the hooks that are called at <paramref name="phase"/>, in the order that they were given.</summary>
    public IEnumerable<MigrationStep> At(MigrationPhase phase)
    {
        var placement = phase switch
        {
            MigrationPhase.Preparing or MigrationPhase.Copying => BeforePause,
            MigrationPhase.SwitchingOver or MigrationPhase.Committing => InsidePause,
            _ => AfterResume,
        };
        return hooks.Where(hook => hook.Phases.Contains(phase)).Select(hook => new MigrationStep(
            $"{hook.Name} ({phase})", placement, token => hook.EnterAsync(phase, vmId, token), token => UndoAsync(hook, phase, token)));
    }

    // Once for a hook, as the undo of its first step.
    private Task UndoAsync(IMigrationHook hook, MigrationPhase phase, CancellationToken cancellationToken)
        => phase == hook.Phases.Min() && hook.Phases.Contains(MigrationPhase.RollingBack)
            ? hook.EnterAsync(MigrationPhase.RollingBack, vmId, cancellationToken)
            : Task.CompletedTask;
}
