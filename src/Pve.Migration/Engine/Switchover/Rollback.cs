using Pve.Qmp.Commands;

namespace Pve.Migration.Engine.Switchover;

/// <summary>Gives the guest back to the source: the target is proven dead first, then what was done is undone in reverse.</summary>
/// <param name="run">The run.</param>
/// <param name="source">Its source.</param>
/// <param name="target">Its target.</param>
/// <param name="copy">Its copy.</param>
/// <param name="mayResume">Whether something may still let the target run, so that even beside a source that runs its death has to be proven.</param>
internal sealed class Rollback(RunContext run, SourceVm source, TargetVm target, RamCopy copy, bool mayResume = false)
{
    public const string Name = "roll back";

    // Nothing of ours may have let it run there: it is only looked whether somebody has.
    private static readonly TimeSpan LastWordIsLate = TimeSpan.FromMilliseconds(100);

    private bool _isRevoked;
    private string? _alive;
    private string? _undone;
    private StatusInfo? _status;

    /// <param name="failure">Why.</param>
    /// <param name="begun">The steps that have begun, in order.</param>
    public async Task<MigrationOutcome> RunAsync(MigrationFailure failure, IReadOnlyList<MigrationStep> begun)
    {
        var mayHaveRun = mayResume || run.Phase.Current == MigrationPhase.Committing;
        run.Phase.Enter(MigrationPhase.RollingBack);
        if (!mayHaveRun)
        {
            _ = run.Journal.WriteAsync(JournalMark.GoesBack, failure.Step, failure.Message); // the target's proven death protects, not this
        }

        run.Report(failure.Step);
        MigrationOutcome? outcome = null;
        var placement = source.Trail?.IsStopped == true ? StepPlacement.InsidePause : StepPlacement.BeforePause;
        await run.Ledger.TimeAsync(
            new MigrationStep(Name, placement, async _ => outcome = await GiveBackAsync(mayHaveRun, failure, begun).ConfigureAwait(false)),
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

    // Does what the rule says, and tells it what was seen, until it knows.
    private async Task<MigrationOutcome> GiveBackAsync(bool mayHaveRun, MigrationFailure failure, IReadOnlyList<MigrationStep> begun)
    {
        var known = new RollbackKnowledge
        {
            HasCopied = copy.HasBegun,
            MayHaveRun = mayHaveRun,
            MayResume = mayResume,
            IsNoted = !mayHaveRun,
            IsWatched = target.Trail is not null,
            MayHaveLoaded = target.MayHaveLoaded,
            IsRevoked = _isRevoked ? true : null,
        };
        while (true)
        {
            known = known with { WasSeenRunning = target.Trail?.Resumed is not null, StaysPaused = source.StaysPaused };
            var move = RollbackRule.Next(known);
            switch (move)
            {
                case RollbackMove.SeeSource:
                    var isThere = await source.IsThereAsync().ConfigureAwait(false) || await source.WentWithItsGuestAsync().ConfigureAwait(false);
                    known = known with { IsSourceThere = isThere };
                    break;
                case RollbackMove.EndTarget:
                    known = known with { WasDeaf = target.Trail?.Lost is not null };
                    _alive = await DestroyTargetAsync().ConfigureAwait(false);
                    known = known with { IsTargetEnded = _alive is null };
                    break;
                case RollbackMove.Revoke:
                    known = known with { IsRevoked = await IsRevokedAsync().ConfigureAwait(false) };
                    break;
                case RollbackMove.HearOut:
                    var isHeard = await HearTargetOutAsync(mayHaveRun ? run.Options.RollbackTimeout : LastWordIsLate).ConfigureAwait(false);
                    known = known with { HasHeardOut = true, WasDeaf = known.WasDeaf || !isHeard };
                    break;
                case RollbackMove.Note:
                    await run.Journal.TryWriteAsync(JournalMark.GoesBack, failure.Step, failure.Message).ConfigureAwait(false);
                    known = known with { IsNoted = true };
                    break;
                case RollbackMove.AskSource:
                    known = await AskSourceAsync(known).ConfigureAwait(false);
                    break;
                case RollbackMove.AskStream:
                    known = await AskStreamAsync(known).ConfigureAwait(false);
                    break;
                case RollbackMove.Undo:
                    source.MayContinue = known.IsTargetHarmless;
                    _undone = await UndoAsync(begun).ConfigureAwait(false);
                    known = known with { IsUndone = _undone is null, Guest = Sight.None, MayHaveSentAll = null };
                    break;
                default:
                    return await EndAsync(move, known, failure).ConfigureAwait(false);
            }
        }
    }

    private async Task<RollbackKnowledge> AskSourceAsync(RollbackKnowledge known)
    {
        var mayCut = known.IsUndone is null && (known.IsTargetHarmless || source.Trail is { Stopped: null });
        _status = await source.TryQueryAsync(mayCut).ConfigureAwait(false);
        var isEnded = _status is null && await source.WentWithItsGuestAsync().ConfigureAwait(false);
        return known with { Guest = isEnded ? Sight.Ended : See(_status) };
    }

    private async Task<RollbackKnowledge> AskStreamAsync(RollbackKnowledge known)
    {
        var stream = await source.TryQueryStreamAsync().ConfigureAwait(false);
        if (_status is { } status)
        {
            _status = await source.TrySettleAsync(status, stream).ConfigureAwait(false);
            known = known with { Guest = See(_status) };
        }

        var goesOn = known.IsUndone is not null && copy.HasBegun && (stream is not { } ended || !SourceVm.IsOver(ended)); // it could not be cancelled
        return known with { MayHaveSentAll = goesOn || copy.MayHaveSentAll(_status, stream) };
    }

    private static Sight See(StatusInfo? status) => status switch
    {
        null => Sight.Silent,
        { Running: true } => Sight.Runs,
        _ => SourceVm.IsAtRest(status.Status) ? Sight.Rests : Sight.Stands,
    };

    private async Task<MigrationOutcome> EndAsync(RollbackMove end, RollbackKnowledge known, MigrationFailure failure)
    {
        var targetIs = known switch
        {
            { IsRevoked: true } => "The target may not run the guest any more.",
            { IsTargetEnded: null } => "Both sides were left as they are.",
            _ => _alive ?? "The target is ended.",
        };
        switch (end)
        {
            case RollbackMove.HasLeft:
                // Noted, since the target may be gone when somebody recovers this, and the source's guest is older.
                await run.Journal.TryWriteAsync(JournalMark.Done, MigrationPlan.Resume).ConfigureAwait(false);
                return Unknown(failure, "The guest was seen running on the target.", targetIs);
            case RollbackMove.KeepTarget:
                return Unknown(failure, "The source's monitor does not answer.", "The target may have loaded the guest, and was left as it is.");
            case RollbackMove.Unheard:
                return Unknown(failure, "The target's monitor was lost before its end, and nobody saw whether the guest ran there.", targetIs);
            case RollbackMove.Silent:
                return Unknown(failure, "The source's monitor does not answer.", targetIs);
            case RollbackMove.Unproven:
                return Unknown(failure, source.GuestEnded ?? $"The guest {(known.Guest == Sight.Runs ? "runs" : "is paused")} on the source ({_status?.Status}).", targetIs);
            case RollbackMove.Unguarded:
                return Unknown(failure, $"The guest was not continued on the source, since undoing '{_undone}' failed.", targetIs);
            case RollbackMove.Stuck:
                return Unknown(failure, _status is null ? "The source's monitor does not answer any more." : $"The source is {_status.Status}.", targetIs);
            case RollbackMove.Ghost:
                var guest = source.GuestEnded ?? (known.Guest == Sight.Runs ? "The guest runs on the source." : $"The guest is on the source ({_status?.Status}).");
                return Ghost(failure, guest, $"The target may have all of it, waits, and was not proven dead: {targetIs}");
        }

        if (known.IsRevoked == true)
        {
            run.Warn("The target may be left with the guest; it lost the right to run it, and may be ended.");
        }

        return new MigrationOutcome.RolledBack(failure);
    }

    // QEMU let the guest go on by itself. To stop it again would take it from everybody, and only its other half's death would give it back.
    private static MigrationOutcome.Unknown Ghost(MigrationFailure failure, params string[] evidence)
        => new(failure, evidence,
        [
            "Leave the source as it is: nobody has told the target to run.",
            "End the target's QEMU for certain, and never send cont to it.",
        ]);

    // What was on its way may have come before its end; what it said then is read to the last word.
    private async Task<bool> HearTargetOutAsync(TimeSpan patience)
    {
        using var deadline = run.Deadline(patience);
        await target.Trail!.Ended.WaitAsync(deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return target.Trail.Ended.IsCompleted;
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

    /// <returns>The step that guards the guest and was not undone; null where all such were.</returns>
    private async Task<string?> UndoAsync(IReadOnlyList<MigrationStep> begun)
    {
        foreach (var step in begun.Reverse())
        {
            if (!await IsUndoneAsync(step).ConfigureAwait(false) && step.GuardsTheGuest)
            {
                return step.Name;
            }
        }

        return null;
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
