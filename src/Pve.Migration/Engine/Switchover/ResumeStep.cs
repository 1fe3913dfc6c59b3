using Pve.Migration.Transports;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine.Switchover;

/// <summary>The commit point: tells the target to resume, and does not believe it until the guest was seen running.</summary>
internal sealed class ResumeStep(RunContext run, SourceVm source, TargetVm target)
{
    // A way that has frozen must not keep the guest paused where another one is open.
    private static readonly TimeSpan AnswerIsLate = TimeSpan.FromMilliseconds(500);

    private readonly List<string> _told = [];
    private readonly Lock _gate = new();
    private CancellationTokenSource? _deadline;
    private Task<ResumeResult>? _answer;
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
    /// <exception cref="MigrationFailedException">The target or the guest was gone before, or cannot be seen, and nothing was sent.</exception>
    public async Task RunAsync()
    {
        target.ThrowIfGone();
        source.ThrowIfGuestEnded();
        var known = new ResumeKnowledge
        {
            IsWatched = target.Trail is not null,
            StaysPaused = source.StaysPaused,
            HasReturnPath = source.StaysPaused && target.Trail is null && source.Capabilities.Knows(MigrationCapability.ReturnPath),
        };
        if (known.StaysPaused)
        {
            Verdict = await SeeAsync(known).ConfigureAwait(false); // nothing is sent, so until this is done the guest can be given back
            run.Phase.Enter(MigrationPhase.Committing);
            return;
        }

        run.Phase.Enter(MigrationPhase.Committing);
        target.Trail?.ExpectResume();
        try
        {
            Verdict = await SeeAsync(known).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Whatever it was, the resume may have been sent.
            Verdict = ResumeVerdict.Unknown;
            Tell(e.Message);
        }
        finally
        {
            _deadline?.Dispose();
        }
    }

    // Does what the rule says, and tells it what was seen, until it knows.
    private async Task<ResumeVerdict> SeeAsync(ResumeKnowledge known)
    {
        while (true)
        {
            known = target.Trail?.Resumed is null ? known : known with { Seen = Sight.Runs };
            switch (ResumeRule.Next(known))
            {
                case ResumeMove.Tell:
                    TellTarget();
                    known = known with { IsTold = true };
                    break;
                case ResumeMove.TellAgain:
                    TellTarget();
                    known = known with { IsToldAgain = true, Answer = null, Seen = Sight.None };
                    break;
                case ResumeMove.TellByMonitor:
                    _byMonitor = ResumeByMonitorAsync();
                    _byMonitor.ForgetFailure(); // the other way may be quicker
                    known = known with { ByMonitor = Attempt.UnderWay };
                    break;
                case ResumeMove.Await:
                    known = await AwaitAsync(known).ConfigureAwait(false);
                    break;
                case ResumeMove.AwaitMonitor:
                    known = await AwaitMonitorAsync(known).ConfigureAwait(false);
                    break;
                case ResumeMove.AwaitRun:
                    known = known with { HasWaited = true, Seen = await SeesItRunAsync().ConfigureAwait(false) ? Sight.Runs : known.Seen };
                    break;
                case ResumeMove.Look:
                    known = known with { Seen = await (known.IsWatched ? IsRunningAsync() : AskWhetherItRunsAsync()).ConfigureAwait(false) switch
                    {
                        true => Sight.Runs,
                        false => Sight.Stands,
                        null => Sight.Silent,
                    } };
                    break;
                case ResumeMove.Runs:
                    await HearOutAsync().ConfigureAwait(false);
                    return ResumeVerdict.Runs;
                case ResumeMove.StaysPaused:
                    return ResumeVerdict.StaysPaused;
                case ResumeMove.NeverRan:
                    return ResumeVerdict.NeverRan;
                case ResumeMove.Unknown:
                    return ResumeVerdict.Unknown;
                default:
                    throw known.IsWatched
                        ? new MigrationFailedException($"Whether the guest has arrived cannot be seen. {Detail}")
                        : new MigrationFailedException("Whether the paused guest has arrived cannot be seen.", "Take a QEMU that has return-path, or keep the target's monitor in reach.");
            }
        }
    }

    private void TellTarget()
    {
        _deadline?.Dispose();
        _deadline = run.Deadline(run.Options.AnswerTimeout);
        target.ExpectClaim();
        _answer = AskAsync(_deadline.Token);
    }

    private async Task<ResumeResult> AskAsync(CancellationToken deadline)
    {
        try
        {
            var answer = target.Target.ResumeAsync(run.Request.VmId, deadline);
            await answer.HeedingAsync(run.Time, deadline).ConfigureAwait(false);
            return await answer.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            return new ResumeResult(ResumeAnswer.Unknown, e.Message);
        }
    }

    private async Task<ResumeKnowledge> AwaitAsync(ResumeKnowledge known)
    {
        if (known is { IsWatched: true, IsLate: false } && await _answer!.IsLateAsync(AnswerIsLate, run.Time).ConfigureAwait(false))
        {
            return known with { IsLate = true };
        }

        if (known.ByMonitor == Attempt.UnderWay && await Task.WhenAny(_answer!, _byMonitor!).ConfigureAwait(false) == _byMonitor)
        {
            return await AwaitMonitorAsync(known).ConfigureAwait(false);
        }

        var result = await _answer!.ConfigureAwait(false);
        Tell(result.Detail);
        return known with { Answer = result.Answer };
    }

    private async Task<ResumeKnowledge> AwaitMonitorAsync(ResumeKnowledge known)
        => known with { Seen = await _byMonitor!.ConfigureAwait(false) ? Sight.Runs : known.Seen, ByMonitor = Attempt.Over };

    // It runs, so what is still waited for is not worth much time.
    private async Task HearOutAsync()
    {
        if (_answer is not { IsCompleted: false } answer)
        {
            return;
        }

        if (await answer.IsLateAsync(run.Options.ResumeTimeout, run.Time).ConfigureAwait(false))
        {
            await _deadline!.CancelAsync().ConfigureAwait(false);
            run.Warn($"The target {target.Target.Name} did not answer the resume; its monitor did.");
            return;
        }

        Tell((await answer.ConfigureAwait(false)).Detail);
    }

    // Where its monitor is out of reach.
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

    // The resume may come yet, or was lost. A second one changes nothing where the first one worked.
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
