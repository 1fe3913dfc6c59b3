using Pve.Migration.Diagnostics;
using Pve.Migration.Engine.Recovery;
using Pve.Migration.Engine.Switchover;
using Pve.Qmp;

namespace Pve.Migration.Engine;

/// <summary>One run of the plan: its parts, and what is done with its steps.</summary>
internal sealed class MigrationRun : IAsyncDisposable
{
    private readonly List<MigrationStep> _begun = [];

    public MigrationRun(RunContext context)
    {
        Context = context;
        Source = new SourceVm(context);
        Target = new TargetVm(context);
        Plan = new MigrationPlan(context, Source, Target);
    }

    public RunContext Context { get; }

    public SourceVm Source { get; }

    public TargetVm Target { get; }

    public MigrationPlan Plan { get; }

    /// <summary>Notes that it begins, before anything is touched.</summary>
    /// <exception cref="MigrationJournalException">It cannot be noted, or another migration's intentions stand there.</exception>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        if (Context.Request.Journal is not { } journal)
        {
            return;
        }

        var (vm, target) = (Context.Request.VmId, Context.Request.Target.Name);
        if (JournalStory.Read(await journal.ReadAsync(cancellationToken).ConfigureAwait(false), vm).IsOpen)
        {
            throw new MigrationJournalException($"The journal holds a migration of VM {vm} that has not come to an end. Recover that one first. {JournalStory.WayOut}");
        }

        await Context.Journal.WriteAsync(JournalMark.Begins, target).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>From the first step to the outcome.</summary>
    public async Task<MigrationOutcome> RunAsync(CancellationToken cancellationToken)
    {
        var rollback = new Rollback(Context, Source, Target, Plan.Copy);
        foreach (var step in Plan.Steps.TakeWhile(step => step.Placement != StepPlacement.AfterResume))
        {
            try
            {
                var heeded = Plan.PostCopy.HasBegun ? CancellationToken.None : cancellationToken;
                heeded.ThrowIfCancellationRequested();
                await CarryOutAsync(step, heeded).ConfigureAwait(false);
            }
            catch (Exception e) when (Plan.PostCopy.HasBegun)
            {
                return Torn(new MigrationFailure(step.Name, e.Message, null, e), "The guest does not run: it went ahead of its RAM, and was not resumed.");
            }
            catch (Exception e)
            {
                return await rollback.RunAsync(Failure(step, e, cancellationToken), _begun).ConfigureAwait(false);
            }
        }

        return await ConcludeAsync(rollback, _begun).ConfigureAwait(false);
    }

    /// <summary>What follows from what the target came to, once the resume step has run.</summary>
    /// <param name="rollback">Gives the guest back.</param>
    /// <param name="begun">The steps that have begun, in order.</param>
    /// <param name="takenUpSince">Why a recovery let the target run the guest; null where no earlier process may have.</param>
    public async Task<MigrationOutcome> ConcludeAsync(Rollback rollback, IReadOnlyList<MigrationStep> begun, string? takenUpSince = null)
    {
        var resume = Plan.ResumeStep;
        var verdict = resume.Verdict ?? ResumeVerdict.Unknown;
        var failure = new MigrationFailure(MigrationPlan.Resume, $"The target {Context.Request.Target.Name} did not resume the guest.");
        var aftermath = After(null);
        if (aftermath == Aftermath.Revoke)
        {
            aftermath = After(await rollback.IsRevokedAsync().ConfigureAwait(false));
        }

        switch (aftermath)
        {
            case Aftermath.Finish:
                await Context.Journal.TryWriteAsync(JournalMark.Done, MigrationPlan.Resume).ConfigureAwait(false);
                return await FinishAsync(verdict == ResumeVerdict.StaysPaused).ConfigureAwait(false);
            case Aftermath.GoBack when verdict == ResumeVerdict.NeverRan:
                var remedy = $"See there that the QEMU of VM {Context.Request.VmId} runs, that its monitor is where it is looked for, and that nobody else holds it.";
                return await rollback.RunAsync(failure with { Message = $"{failure.Message[..^1]}: {resume.Detail}", Remedy = remedy }, begun).ConfigureAwait(false);
            case Aftermath.GoBack:
                return await rollback.RunAsync(failure, begun).ConfigureAwait(false);
            case Aftermath.Tear:
                return Torn(failure, "The guest went ahead of its RAM.", resume.Detail);
            default:
                return Rollback.Unknown(failure, takenUpSince ?? "The guest is paused on the source, complete.", resume.Detail);
        }

        Aftermath After(bool? isRevoked) => CommitRule.After(verdict, Plan.PostCopy.HasBegun, takenUpSince is not null, isRevoked);
    }

    /// <summary>The guest is the target's: what could wait is done.</summary>
    public async Task<MigrationOutcome> FinishAsync(bool isPaused)
    {
        Context.Phase.Enter(MigrationPhase.CleaningUp);
        if (Plan.PostCopy.HasBegun && await RestIsLostAsync().ConfigureAwait(false) is { } lost)
        {
            return Torn(new MigrationFailure(PostCopy.Rest, lost), "The guest was seen running on the target.", "Part of its RAM is on the source only.");
        }

        await CleanUpAsync().ConfigureAwait(false);
        return new MigrationOutcome.Migrated { IsPaused = isPaused };
    }

    /// <summary>Notes the outcome.</summary>
    /// <returns>The same; of one that is not known, with what becomes of the journal.</returns>
    public async Task<MigrationOutcome> EndAsync(MigrationOutcome outcome)
    {
        Context.Phase.Enter(MigrationPhase.Ended);
        var why = outcome is MigrationOutcome.Migrated ? null : outcome.ToString();
        await Context.Journal.TryWriteAsync(JournalMark.Ended, outcome.GetType().Name, why).ConfigureAwait(false);
        return outcome is MigrationOutcome.Unknown unknown && Context.Request.Journal is not null
            ? unknown with { NextActions = [.. unknown.NextActions, JournalStory.WayOut] }
            : outcome;
    }

    /// <summary>What was told until now is noted by the trails.</summary>
    public async Task StopWatchingAsync()
    {
        await Source.DisposeAsync().ConfigureAwait(false);
        await Target.DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await Plan.Mirrors.DisposeAsync().ConfigureAwait(false);
        await Plan.Copy.DisposeAsync().ConfigureAwait(false);
        await StopWatchingAsync().ConfigureAwait(false);
        Context.Pause.Dispose();
        await Context.Progress.DisposeAsync().ConfigureAwait(false);
    }

    public static MigrationOutcome.Unknown Torn(MigrationFailure failure, params string[] evidence)
        => new(failure, evidence,
        [
            "End neither QEMU: each holds a part of the guest that the other one has not.",
            "Where only the connection is lost, mend it: migrate-recover on the target, then migrate with resume on the source.",
            "Once one of both QEMUs is lost, so is the guest's RAM: end the other one, and start the guest from its disks.",
        ]);

    // Inside the pause a step has a deadline, since the guest waits for it. The commit has its own, and is not to be undone.
    private async Task CarryOutAsync(MigrationStep step, CancellationToken cancellationToken)
    {
        var (journal, ledger, pause) = (Context.Journal, Context.Ledger, Context.Pause);
        Log.StepBegins(Context.Logger, Context.Request.VmId, step.Name);
        if (step.IsCommit)
        {
            if (!Plan.PostCopy.HasBegun)
            {
                await IsSafeAsync(journal.IntendCommitAsync(Target.ClaimsOwnership), cancellationToken).ConfigureAwait(false);
                await IsSafeAsync(Source.PauseNoted, cancellationToken).ConfigureAwait(false);
                pause.Commit();
            }

            await ledger.TimeAsync(step, CancellationToken.None).ConfigureAwait(false);
            return;
        }

        _begun.Add(step);
        if (step.HeedsNobody)
        {
            await IsSafeAsync(journal.IntendCommitAsync(Target.ClaimsOwnership), cancellationToken).ConfigureAwait(false); // it may be the commit
            await ledger.TimeAsync(step, CancellationToken.None).ConfigureAwait(false);
            return;
        }

        var grace = step.GuardsTheGuest ? null : Context.Request.MaxPause;
        if (step.Placement == StepPlacement.BeforePause)
        {
            Context.Report(step.Name);
            await IsSafeAsync(journal.WriteAsync(JournalMark.Intends, step.Name), cancellationToken).ConfigureAwait(false);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, pause.Exceeded);
            await ledger.TimeAsync(step, either.Token, grace).ConfigureAwait(false);
        }
        else
        {
            // What goes out is undone whether it was done or not, so that the guest need not wait until the intention is safe.
            _ = journal.WriteAsync(JournalMark.Intends, step.Name);
            using var deadline = Context.Deadline(Context.Options.PausedStepTimeout);
            using var any = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token, pause.Exceeded);
            await ledger.TimeAsync(step, any.Token, grace).ConfigureAwait(false);
        }

        pause.Exceeded.ThrowIfCancellationRequested(); // one that did not heed it is still the one that took so long
        _ = journal.WriteAsync(JournalMark.Done, step.Name);
    }

    // A disk that hangs holds no guest for ever.
    private async Task IsSafeAsync(Task noted, CancellationToken cancellationToken)
    {
        if (noted.IsCompleted)
        {
            await noted.ConfigureAwait(false);
            return;
        }

        using var deadline = Context.Deadline(Context.Options.PausedStepTimeout);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token, Context.Pause.Exceeded);
        await noted.WaitAsync(any.Token).ConfigureAwait(false);
    }

    // The guest runs on the target: what fails now is told, and changes nothing.
    private async Task CleanUpAsync()
    {
        foreach (var step in Plan.Steps.Where(step => step.Placement == StepPlacement.AfterResume && (Context.HasSource || !step.UsesSource)))
        {
            Log.StepBegins(Context.Logger, Context.Request.VmId, step.Name);
            Context.Report(step.Name);
            using var deadline = Context.Deadline(Context.Options.RollbackTimeout);
            try
            {
                await Context.Ledger.TimeAsync(step, deadline.Token).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                Context.Warn($"'{step.Name}' failed after the guest ran on the target: {e.Message}");
            }
        }
    }

    /// <returns>Why; null once all of it is on the target.</returns>
    private async Task<string?> RestIsLostAsync()
    {
        try
        {
            Context.Report(PostCopy.Rest);
            var rest = new MigrationStep(PostCopy.Rest, StepPlacement.AfterResume, _ => Plan.PostCopy.FinishAsync());
            await Context.Ledger.TimeAsync(rest, CancellationToken.None).ConfigureAwait(false);
            return null;
        }
        catch (Exception e)
        {
            return e.Message;
        }
    }

    private MigrationFailure Failure(MigrationStep step, Exception cause, CancellationToken cancellationToken) => cause switch
    {
        OperationCanceledException when Context.Pause.Exceeded.IsCancellationRequested => PausedTooLong(step, cause),
        OperationCanceledException when cancellationToken.IsCancellationRequested => new(step.Name, "The caller cancelled.", null, cause),
        OperationCanceledException => new(step.Name, "It took too long, and was given up.", null, new TimeoutException(cause.Message, cause)),
        MigrationFailedException e => new(step.Name, e.Message, e.Remedy, e),
        MigrationTargetException e => new(step.Name, e.Message, e.Remedy, e),
        OwnershipException e => new(step.Name, e.Message, e.Remedy, e),
        QmpCommandException e => new(step.Name, e.Message, null, e),
        _ => new(step.Name, cause.Message, null, cause),
    };

    private MigrationFailure PausedTooLong(MigrationStep step, Exception cause)
    {
        var (longest, took) = Context.Ledger.LongestSince(Context.Pause.PausedAt ?? TimeSpan.Zero);
        return new MigrationFailure(
            step.Name,
            $"The guest was paused for longer than the {Context.Request.MaxPause!.Value.TotalMilliseconds:0.###} ms that are allowed; most of it took '{longest}', {took.TotalMilliseconds:0.###} ms.",
            "The ledger has every line of it.", new TimeoutException(cause.Message, cause));
    }
}
