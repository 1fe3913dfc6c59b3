using Pve.Qmp;

namespace Pve.Migration.Engine;

/// <summary>The commit point: tells the target to resume, and does not believe it until the guest was seen running.</summary>
internal sealed class ResumeStep(RunContext run, TargetVm target)
{
    /// <summary>What is known once the step has run; null before.</summary>
    public ResumeVerdict? Verdict { get; private set; }

    /// <summary>The target's words, or what was seen instead of RESUME.</summary>
    public string Detail { get; private set; } = "";

    /// <summary>Takes no cancellation: from the commit point it only goes forward.</summary>
    public async Task RunAsync()
    {
        run.Phase.Enter(MigrationPhase.Committing);
        target.Trail?.ExpectResume();
        var result = await AskAsync().ConfigureAwait(false);
        Detail = result.Detail;
        Verdict = result.Answer switch
        {
            ResumeAnswer.Refused => await AfterRefusalAsync().ConfigureAwait(false),
            ResumeAnswer.Accepted when target.Trail is null => ResumeVerdict.Runs,
            _ when target.Trail is null => ResumeVerdict.Unknown,
            ResumeAnswer.Accepted => await SeesItRunAsync().ConfigureAwait(false) ? ResumeVerdict.Runs : ResumeVerdict.Unknown,
            _ => await AfterSilenceAsync().ConfigureAwait(false),
        };
    }

    private async Task<ResumeResult> AskAsync()
    {
        try
        {
            return await target.Target.ResumeAsync(run.Request.VmId, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            return new ResumeResult(ResumeAnswer.Unknown, e.Message);
        }
    }

    // A refusal is believed unless the guest was seen running all the same.
    private async Task<ResumeVerdict> AfterRefusalAsync()
    {
        if (target.Trail is null)
        {
            return ResumeVerdict.Unknown;
        }

        return await IsRunningAsync().ConfigureAwait(false) ? ResumeVerdict.Runs : ResumeVerdict.NeverRan;
    }

    // No answer: the resume may come yet, and a second one changes nothing where the first one worked. So forward, over the monitor.
    private async Task<ResumeVerdict> AfterSilenceAsync()
    {
        if (await SeesItRunAsync().ConfigureAwait(false))
        {
            return ResumeVerdict.Runs;
        }

        try
        {
            await target.Monitor!.ExecuteAsync(QmpCommands.Continue).ConfigureAwait(false);
        }
        catch (QmpException e)
        {
            Detail += $" A second resume over the monitor failed: {e.Message}";
        }

        return await SeesItRunAsync().ConfigureAwait(false) ? ResumeVerdict.Runs : ResumeVerdict.Unknown;
    }

    private async Task<bool> SeesItRunAsync()
    {
        using var deadline = run.Deadline(run.Options.ResumeTimeout);
        try
        {
            await target.Trail!.ResumedOrLost.WaitAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // the event may be lost; the state is not
        }

        return await IsRunningAsync().ConfigureAwait(false);
    }

    private async Task<bool> IsRunningAsync()
    {
        if (target.Trail!.Resumed is not null)
        {
            return true;
        }

        try
        {
            var status = await target.Monitor!.ExecuteAsync(QmpCommands.QueryStatus).ConfigureAwait(false);
            Detail += status.Running ? "" : $" The target is {status.Status}.";
            return status.Running;
        }
        catch (QmpException e)
        {
            Detail += $" The target cannot be asked: {e.Message}";
            return false;
        }
    }
}
