namespace Pve.Migration.Engine;

/// <summary>Gives the guest back to the source: the target is proven dead first, then what was done is undone in reverse.</summary>
/// <param name="run">The run.</param>
/// <param name="source">Its source.</param>
/// <param name="target">Its target.</param>
/// <param name="copy">Its copy.</param>
/// <param name="mayResume">Whether something may still let the target run, so that even beside a source that runs its death has to be proven.</param>
internal sealed class Rollback(RunContext run, SourceVm source, TargetVm target, RamCopy copy, bool mayResume = false)
{
    public const string Name = "roll back";

    private bool _mayHaveRun;
    private bool _isRevoked;

    /// <param name="failure">Why.</param>
    /// <param name="begun">The steps that have begun, in order.</param>
    public async Task<MigrationOutcome> RunAsync(MigrationFailure failure, IReadOnlyList<MigrationStep> begun)
    {
        _mayHaveRun = mayResume || run.Phase.Current == MigrationPhase.Committing;
        run.Phase.Enter(MigrationPhase.RollingBack);
        if (!_mayHaveRun)
        {
            _ = run.Journal.WriteAsync(JournalMark.GoesBack, failure.Step, failure.Message); // the target's proven death protects, not this
        }

        run.Report(failure.Step);
        MigrationOutcome? outcome = null;
        var placement = source.Trail?.IsStopped == true ? StepPlacement.InsidePause : StepPlacement.BeforePause;
        await run.Ledger.TimeAsync(
            new MigrationStep(Name, placement, async _ => outcome = await UndoAsync(failure, begun).ConfigureAwait(false)),
            CancellationToken.None).ConfigureAwait(false);
        return outcome!;
    }

    /// <summary>Whether the target has lost the right to run the guest, and never used it; it is taken away where it can be.</summary>
    public async Task<bool> IsRevokedAsync()
    {
        if (_isRevoked || !target.ClaimsOwnership || target.Trail?.Resumed is not null)
        {
            return _isRevoked;
        }

        using var deadline = run.Deadline(run.Options.RollbackTimeout);
        try
        {
            var revoking = run.Request.Ownership.TryRevokeAsync(run.Request.VmId, deadline.Token);
            await revoking.HeedingAsync(run.Time, deadline.Token).ConfigureAwait(false);
            return _isRevoked = await revoking.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            run.Warn($"The target's right to run the guest could not be taken away: {e.Message}");
            return false;
        }
    }

    public static MigrationOutcome.Unknown Unknown(MigrationFailure failure, params string[] evidence)
        => new(failure, evidence,
        [
            "Look at both QEMU processes: query-status tells where the guest runs.",
            "If it runs nowhere, end one of the two for certain, then send cont to the other.",
            "Never send cont to one while the other may run.",
        ]);

    // QEMU let the guest go on by itself. To stop it again would take it from everybody, and only its other half's death would give it back.
    private static MigrationOutcome.Unknown Ghost(MigrationFailure failure, params string[] evidence)
        => new(failure, evidence,
        [
            "Leave the source as it is: nobody has told the target to run.",
            "End the target's QEMU for certain, and never send cont to it.",
        ]);

    private async Task<MigrationOutcome> UndoAsync(MigrationFailure failure, IReadOnlyList<MigrationStep> begun)
    {
        // Whoever let it run there: a guest that has run on the target has left the source.
        if (target.Trail?.Resumed is not null)
        {
            return await HasLeftAsync(failure, "Both sides were left as they are.").ConfigureAwait(false);
        }

        // A target that has loaded may be all that is left of the guest. One that has not holds nothing, and while it lives it may
        // be what keeps the source's monitor from answering.
        if (copy.HasBegun && target.MayHaveLoaded && !await source.IsThereAsync().ConfigureAwait(false)
            && !await source.WentWithItsGuestAsync().ConfigureAwait(false))
        {
            return Unknown(failure, "The source's monitor does not answer.", "The target may have loaded the guest, and was left as it is.");
        }

        // Without its right to run, a target that is not proven dead is as good as that; nobody waits for its end inside the pause.
        var isDeaf = target.Trail?.Lost is not null;
        var alive = _isRevoked ? null : await DestroyTargetAsync().ConfigureAwait(false);
        if (alive is not null && copy.HasBegun && await IsRevokedAsync().ConfigureAwait(false))
        {
            alive = null;
        }

        var targetIs = _isRevoked ? "The target may not run the guest any more." : alive ?? "The target is ended.";
        if (_mayHaveRun && alive is null && !_isRevoked && await HasRunOnTargetAsync().ConfigureAwait(false))
        {
            return await HasLeftAsync(failure, targetIs).ConfigureAwait(false);
        }

        if (_mayHaveRun && alive is null && !_isRevoked && isDeaf)
        {
            return Unknown(failure, "The target's monitor was lost before its end, and nobody saw whether the guest ran there.", targetIs);
        }

        if (_mayHaveRun && alive is null)
        {
            // not sooner: should this process die, the next one takes it for proof that the guest has not run there
            await run.Journal.TryWriteAsync(JournalMark.GoesBack, failure.Step, failure.Message).ConfigureAwait(false);
        }

        var status = await source.TryQueryAsync(mayCut: alive is null || source.Trail is { Stopped: null }).ConfigureAwait(false);
        if (status is null && !await source.WentWithItsGuestAsync().ConfigureAwait(false))
        {
            return Unknown(failure, "The source's monitor does not answer.", targetIs);
        }

        // QEMU's own 'failed' or 'cancelled' proves nothing of a target that may have all of the guest.
        var isGhostLeft = false;
        if (alive is not null && status is not null)
        {
            var stream = await source.TryQueryStreamAsync().ConfigureAwait(false);
            status = await source.TrySettleAsync(status, stream).ConfigureAwait(false);
            isGhostLeft = copy.MayHaveSentAll(status, stream);
        }

        if (alive is not null && copy.HasBegun && (mayResume || status is null || (isGhostLeft && !status.Running)))
        {
            var guestIs = status is null ? "The source's monitor does not answer any more." : $"The guest {(status.Running ? "runs" : "is paused")} on the source ({status.Status}).";
            return Unknown(failure, source.GuestEnded ?? guestIs, alive);
        }

        source.MayContinue = alive is null;
        foreach (var step in begun.Reverse())
        {
            if (!await IsUndoneAsync(step).ConfigureAwait(false) && step.GuardsTheGuest)
            {
                return Unknown(failure, $"The guest was not continued on the source, since undoing '{step.Name}' failed.", targetIs);
            }
        }

        // Before the copy nothing was done to the guest: it is as it was. Later it may be as somebody else, or itself, wanted it.
        var after = await source.TryQueryAsync().ConfigureAwait(false);
        var isAsItWas = after is null
            ? await source.WentWithItsGuestAsync().ConfigureAwait(false)
            : after.Running || !copy.HasBegun || source.StaysPaused || SourceVm.IsAtRest(after.Status);
        if (isAsItWas && isGhostLeft)
        {
            return Ghost(failure, "The guest runs on the source.", $"The target may have all of it, waits, and was not proven dead: {targetIs}");
        }

        if (_isRevoked)
        {
            run.Warn("The target may be left with the guest; it lost the right to run it, and may be ended.");
        }

        return isAsItWas
            ? new MigrationOutcome.RolledBack(failure)
            : Unknown(failure, after is null ? "The source's monitor does not answer any more." : $"The source is {after.Status}.", targetIs);
    }

    // Noted, since the target may be gone when somebody recovers this, and the source's guest is older.
    private async Task<MigrationOutcome> HasLeftAsync(MigrationFailure failure, string targetIs)
    {
        await run.Journal.TryWriteAsync(JournalMark.Done, MigrationPlan.Resume).ConfigureAwait(false);
        return Unknown(failure, "The guest was seen running on the target.", targetIs);
    }

    // A resume that was on its way may have come before its end; what it said then is read to the last word.
    private async Task<bool> HasRunOnTargetAsync()
    {
        if (target.Trail is not { } trail)
        {
            return false;
        }

        using var deadline = run.Deadline(run.Options.RollbackTimeout);
        await trail.Ended.WaitAsync(deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return trail.Resumed is not null;
    }

    /// <returns>Why it may still live; null once it is gone.</returns>
    private async Task<string?> DestroyTargetAsync()
    {
        using var deadline = run.Deadline(run.Options.RollbackTimeout);
        try
        {
            await target.Target.DestroyAsync(run.Request.VmId, deadline.Token).HeedingAsync(run.Time, deadline.Token).ConfigureAwait(false);
            return null;
        }
        catch (Exception e)
        {
            run.Warn($"The target could not be ended: {e.Message}");
            return e.Message;
        }
    }

    private async Task<bool> IsUndoneAsync(MigrationStep step)
    {
        using var deadline = run.Deadline(run.Options.RollbackTimeout);
        try
        {
            await step.Undo!(deadline.Token).HeedingAsync(run.Time, deadline.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e)
        {
            run.Warn($"Undoing '{step.Name}' failed: {e.Message}");
            return false;
        }
    }
}
