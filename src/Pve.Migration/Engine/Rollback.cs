namespace Pve.Migration.Engine;

/// <summary>Gives the guest back to the source: the target is proven dead first, then what was done is undone in reverse.</summary>
internal sealed class Rollback(RunContext run, SourceVm source, TargetVm target, RamCopy copy)
{
    /// <param name="failure">Why.</param>
    /// <param name="begun">The steps that have begun, in order.</param>
    public async Task<MigrationOutcome> RunAsync(MigrationFailure failure, IEnumerable<MigrationStep> begun)
    {
        run.Phase.Enter(MigrationPhase.RollingBack);
        run.Report(failure.Step);
        using var deadline = run.Deadline(run.Options.RollbackTimeout);

        // A source that cannot be asked can't be given its guest back, and a target that has loaded may be all that is left of it.
        if (await source.TryQueryAsync(deadline.Token).ConfigureAwait(false) is not { } status)
        {
            return Unknown(failure, "The source's monitor does not answer.", "The target was left as it is.");
        }

        var touched = copy.HasBegun;
        if (await DestroyTargetAsync(deadline.Token).ConfigureAwait(false) is { } alive && touched && !status.Running)
        {
            return Unknown(failure, $"The guest is paused on the source ({status.Status}).", alive);
        }

        foreach (var step in begun.Reverse())
        {
            await UndoAsync(step, deadline.Token).ConfigureAwait(false);
        }

        // Before the copy nothing was done to the guest: it is as it was, be it paused.
        var after = await source.TryQueryAsync(deadline.Token).ConfigureAwait(false);
        return after is { Running: true } || (after is not null && !touched)
            ? new MigrationOutcome.RolledBack(failure)
            : Unknown(failure, after is null ? "The source's monitor does not answer any more." : $"The source is {after.Status}.", "The target is ended.");
    }

    public static MigrationOutcome.Unknown Unknown(MigrationFailure failure, params string[] evidence)
        => new(failure, evidence,
        [
            "Look at both QEMU processes: query-status tells where the guest runs.",
            "If it runs nowhere, end one of the two for certain, then send cont to the other.",
            "Never send cont to one while the other may run.",
        ]);

    private async Task<string?> DestroyTargetAsync(CancellationToken cancellationToken)
    {
        try
        {
            await target.Target.DestroyAsync(run.Request.VmId, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (Exception e)
        {
            run.Warn($"The target could not be ended: {e.Message}");
            return e.Message;
        }
    }

    private async Task UndoAsync(MigrationStep step, CancellationToken cancellationToken)
    {
        try
        {
            await step.Undo!(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            run.Warn($"Undoing '{step.Name}' failed: {e.Message}");
        }
    }
}
