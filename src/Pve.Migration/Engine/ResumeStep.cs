using Pve.Migration.Transports;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine;

/// <summary>The commit point: tells the target to resume, and does not believe it until the guest was seen running.</summary>
internal sealed class ResumeStep(RunContext run, SourceVm source, TargetVm target)
{
    // A way that has frozen must not keep the guest paused where another one is open.
    private static readonly TimeSpan AnswerIsLate = TimeSpan.FromMilliseconds(500);

    private readonly List<string> _told = [];
    private readonly Lock _gate = new();
    private Task<bool>? _byMonitor;

    /// <summary>What is known once the step has run; null before.</summary>
    public ResumeVerdict? Verdict { get; private set; }

    /// <summary>The target's words, or what was seen instead of RESUME.</summary>
    public string Detail
    {
        get
        {
            lock (_gate)
            {
                return string.Join(' ', _told);
            }
        }
    }

    /// <summary>Takes no cancellation: from the commit point it only goes forward.</summary>
    /// <exception cref="MigrationFailedException">The target or the guest was gone before, and nothing was sent.</exception>
    public async Task RunAsync()
    {
        target.ThrowIfGone();
        source.ThrowIfGuestEnded();
        if (source.StaysPaused)
        {
            await SeeItPausedAsync().ConfigureAwait(false);
            return;
        }

        run.Phase.Enter(MigrationPhase.Committing);
        target.Trail?.ExpectResume();
        try
        {
            var result = await AskAsync().ConfigureAwait(false);
            Tell(result.Detail);
            Verdict = await JudgeAsync(result.Answer).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Whatever it was, the resume may have been sent.
            Verdict = ResumeVerdict.Unknown;
            Tell(e.Message);
        }
    }

    // Nothing is sent, so until this is done the guest can be given back. Without a monitor there is the return path: the source's
    // completed is the target's word then.
    private async Task SeeItPausedAsync()
    {
        if (target.Trail is not null)
        {
            Verdict = await IsRunningAsync().ConfigureAwait(false) switch
            {
                true => ResumeVerdict.Runs,
                false => ResumeVerdict.StaysPaused,
                null => throw new MigrationFailedException($"Whether the guest has arrived cannot be seen. {Detail}"),
            };
        }
        else if (source.Capabilities.Knows(MigrationCapability.ReturnPath))
        {
            Verdict = ResumeVerdict.StaysPaused;
        }
        else
        {
            throw new MigrationFailedException("Whether the paused guest has arrived cannot be seen.", "Take a QEMU that has return-path, or keep the target's monitor in reach.");
        }

        run.Phase.Enter(MigrationPhase.Committing);
    }

    private async Task<ResumeResult> AskAsync()
    {
        using var deadline = run.Deadline(run.Options.AnswerTimeout);
        target.ExpectClaim();
        try
        {
            var answer = target.Target.ResumeAsync(run.Request.VmId, deadline.Token);
            if (target.Trail is not null && await answer.IsLateAsync(AnswerIsLate, run.Time).ConfigureAwait(false))
            {
                var byMonitor = RunsByMonitorAsync();
                await Task.WhenAny(answer, byMonitor).ConfigureAwait(false);
                if (!answer.IsCompleted && await byMonitor.ConfigureAwait(false) && await answer.IsLateAsync(run.Options.ResumeTimeout, run.Time).ConfigureAwait(false))
                {
                    // It runs, so what is still waited for is not worth more time.
                    await deadline.CancelAsync().ConfigureAwait(false);
                    answer.ForgetFailure();
                    run.Warn($"The target {target.Target.Name} did not answer the resume; its monitor did.");
                    return new ResumeResult(ResumeAnswer.Accepted);
                }
            }

            await answer.HeedingAsync(run.Time, deadline.Token).ConfigureAwait(false);
            return await answer.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            return new ResumeResult(ResumeAnswer.Unknown, e.Message);
        }
    }

    private async Task<ResumeVerdict> JudgeAsync(ResumeAnswer answer)
    {
        if (target.Trail is null)
        {
            return await JudgeUnseenAsync(answer).ConfigureAwait(false);
        }

        // A resume over the monitor that is on its way comes to its end first: nothing is given back beside it.
        if (answer == ResumeAnswer.Refused)
        {
            return _byMonitor is { } tried && await tried.ConfigureAwait(false) ? ResumeVerdict.Runs : await AfterRefusalAsync().ConfigureAwait(false);
        }

        var runs = (answer == ResumeAnswer.Accepted && await SeesItRunAsync().ConfigureAwait(false)) || await RunsByMonitorAsync().ConfigureAwait(false);
        return runs || target.Trail.Resumed is not null ? ResumeVerdict.Runs : ResumeVerdict.Unknown;
    }

    // Without a monitor the target's word is all there is: an acceptance is believed, the rest is asked about.
    private async Task<ResumeVerdict> JudgeUnseenAsync(ResumeAnswer answer)
    {
        if (answer == ResumeAnswer.Accepted)
        {
            return ResumeVerdict.Runs;
        }

        var runs = await AskWhetherItRunsAsync().ConfigureAwait(false);
        if (runs == true)
        {
            return ResumeVerdict.Runs;
        }

        if (answer == ResumeAnswer.Refused)
        {
            return runs == false ? ResumeVerdict.NeverRan : ResumeVerdict.Unknown;
        }

        // The resume may come yet, so forward: a second one, another way where the first one was lost, changes nothing if it did come.
        var again = await AskAsync().ConfigureAwait(false);
        Tell(again.Detail);
        return again.Answer == ResumeAnswer.Accepted || await AskWhetherItRunsAsync().ConfigureAwait(false) == true
            ? ResumeVerdict.Runs
            : ResumeVerdict.Unknown;
    }

    private async Task<bool?> AskWhetherItRunsAsync()
    {
        using var deadline = run.Deadline(run.Options.AnswerTimeout);
        try
        {
            var asked = target.Target.IsRunningAsync(run.Request.VmId, deadline.Token);
            await asked.HeedingAsync(run.Time, deadline.Token).ConfigureAwait(false);
            var runs = await asked.ConfigureAwait(false);
            Tell(runs switch
            {
                true => "The target says that the guest runs there.",
                false => "The target says that the guest does not run there.",
                null => "The target cannot say whether the guest runs there.",
            });
            return runs;
        }
        catch (Exception e)
        {
            Tell($"The target cannot be asked: {e.Message}");
            return null;
        }
    }

    // A refusal is believed where the target itself says that it does not run: who refuses may have given up after it sent cont.
    private async Task<ResumeVerdict> AfterRefusalAsync() => await IsRunningAsync().ConfigureAwait(false) switch
    {
        true => ResumeVerdict.Runs,
        false => ResumeVerdict.NeverRan,
        null => ResumeVerdict.Unknown,
    };

    // The resume may come yet, or was lost. A second one changes nothing where the first one worked, so forward, once.
    private Task<bool> RunsByMonitorAsync()
    {
        if (_byMonitor is null)
        {
            _byMonitor = ResumeByMonitorAsync();
            _byMonitor.ForgetFailure(); // the other way may be quicker
        }

        return _byMonitor;
    }

    private async Task<bool> ResumeByMonitorAsync()
    {
        if (await IsRunningAsync().ConfigureAwait(false) == true)
        {
            return true;
        }

        try
        {
            await ClaimAsync().ConfigureAwait(false);
            if (Verdict is not null)
            {
                return false; // the other way was quicker, and it is not ours to resume any more
            }

            await target.Monitor!.ExecuteAsync(QmpCommands.Continue).ConfigureAwait(false);
        }
        catch (Exception e) when (e is QmpException or OwnershipException or OperationCanceledException)
        {
            Tell($"A resume over the monitor failed: {e.Message}");
        }

        return await SeesItRunAsync().ConfigureAwait(false);
    }

    // Where the other side does so itself, it is not the one that is told here.
    private async Task ClaimAsync()
    {
        if (target.ClaimsOwnership)
        {
            using var deadline = run.Deadline(run.Options.PausedStepTimeout);
            await run.Request.Ownership.ClaimAsync(run.Request.VmId, deadline.Token).HeedingAsync(run.Time, deadline.Token).ConfigureAwait(false);
        }
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

        return await IsRunningAsync().ConfigureAwait(false) ?? false;
    }

    // Null where it cannot be asked.
    private async Task<bool?> IsRunningAsync()
    {
        if (target.Trail!.Resumed is not null)
        {
            return true;
        }

        try
        {
            var status = await target.Monitor!.ExecuteAsync(QmpCommands.QueryStatus).ConfigureAwait(false);
            if (!status.Running)
            {
                Tell($"The target is {status.Status}.");
            }

            return status.Running;
        }
        catch (QmpException e)
        {
            Tell($"The target cannot be asked: {e.Message}");
            return null;
        }
    }

    // Each in a sentence of its own, and none twice.
    private void Tell(string words)
    {
        var sentence = words is "" or [.., '.' or ')'] ? words : words + ".";
        lock (_gate)
        {
            if (sentence.Length > 0 && !_told.Contains(sentence))
            {
                _told.Add(sentence);
            }
        }
    }
}
