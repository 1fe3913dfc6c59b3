using Pve.Migration.Engine.Convergence;
using Pve.Migration.Engine.Storage;
using Pve.Migration.Engine.Switchover;
using Pve.Migration.Transports;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine;

/// <summary>
/// Starts the copy and follows it until the guest can be resumed on the target. Events and polls run side by side: a monitor that is
/// slow to answer a poll never delays what an event told.
/// </summary>
internal sealed class RamCopy(RunContext run, SourceVm source, TargetVm target, DiskMirrors mirrors, Steering steering) : IAsyncDisposable
{
    // A guest that is quick may begin a pass every few milliseconds.
    private static readonly TimeSpan BetweenPasses = TimeSpan.FromMilliseconds(50);

    // Before QEMU stops the guest it looks through its RAM once more, which counts as a pass: what is asked between the two it answers once it has stopped it,
    // and whatever the pause needs waits behind that.
    private static readonly TimeSpan IntoPass = TimeSpan.FromMilliseconds(2);

    private readonly MigrationPoll _poll = new(run, source, steering);
    private string _uri = "";
    private Task? _pollUnderWay;
    private Task _givenUp = Task.CompletedTask;
    private long _begun;
    private long _polledAt;
    private long? _sourceDone;
    private long? _pausedSince;
    private long _passReported;
    private bool _wasStopped;
    private bool _isSwitching;
    private volatile bool _pollDue;

    /// <summary>Whether <c>migrate</c> was sent.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>For a run that is taken up after a crash: <c>migrate</c> may have been sent.</summary>
    public void TakeAsBegun() => HasBegun = true;

    /// <summary>Whether the target may have all of the guest, whatever the source says that the stream came to.</summary>
    /// <param name="guest">What the guest does at the source; null where it has ended.</param>
    /// <param name="stream">What the source says of the stream; null where it cannot be asked.</param>
    public bool MayHaveSentAll(StatusInfo? guest, MigrationStatus? stream)
    {
        if (!HasBegun)
        {
            return false;
        }

        if (stream == MigrationStatus.PreSwitchover && !_isSwitching)
        {
            return false; // QEMU waits there to be told, and holds the rest
        }

        if (stream == MigrationStatus.Setup || stream == MigrationStatus.WaitUnplug || stream == MigrationStatus.Active)
        {
            return guest?.Status == RunState.FinishMigrate;
        }

        if (stream == MigrationStatus.Device || stream == MigrationStatus.Completed || source.StaysPaused)
        {
            return true; // a guest that somebody has stopped goes into the last pass in silence
        }

        // A stream that has ended was never in its last pass where the guest was not stopped, or only up to pre-switchover.
        return source.Trail is not { } trail || (trail.Stopped is not null && (trail.PreSwitchover is null || _isSwitching));
    }

    private bool UsesEvents => run.Profile.Polling.UsesEvents && source.Capabilities.Knows(MigrationCapability.Events);

    // An event is newer than a poll, but once one of both says that it is over, it is.
    private MigrationStatus? Status
        => !UsesEvents || _poll.Status is { } polled && SourceVm.IsOver(polled) ? _poll.Status : source.Trail!.Status;

    /// <exception cref="MigrationFailedException">QEMU failed it, the target is gone, or a deadline passed.</exception>
    public async Task RunAsync(string uri, CancellationToken cancellationToken)
    {
        _uri = uri;
        source.ThrowIfGuestEnded();
        source.Trail!.ExpectSetup();
        HasBegun = true;
        Wake();
        await source.Monitor.ExecuteAsync(QmpCommands.Migrate, new Migrate(uri), cancellationToken: cancellationToken).ConfigureAwait(false);
        run.Phase.Enter(MigrationPhase.Copying);
        steering.Begin();
        _begun = run.Time.GetTimestamp();
        await FollowAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Goes on from <c>pre-switchover</c>, where <see cref="RunAsync"/> has stopped, to the end.</summary>
    /// <exception cref="MigrationFailedException">QEMU failed it, the target is gone, or a deadline passed.</exception>
    public async Task SwitchOverAsync(CancellationToken cancellationToken)
    {
        _isSwitching = true;
        _ = run.Journal.IntendCommitAsync(target.ClaimsOwnership);
        await source.Monitor.ExecuteAsync(
            QmpCommands.MigrateContinue, new MigrateContinue(MigrationStatus.PreSwitchover), cancellationToken: cancellationToken).ConfigureAwait(false);
        await FollowAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Joins a poll that is still under way: nobody waits for it inside the pause.</summary>
    public async ValueTask DisposeAsync()
        => await _givenUp.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        using var following = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var pollTimer = run.Time.CreateTimer(_ => PollIsDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        try
        {
            run.Request.Control?.Tell(PollIsDue);
            await FollowAsync(pollTimer, following.Token).ConfigureAwait(false);
        }
        finally
        {
            run.Request.Control?.Tell(null);

            // A poll under way is given up: its answer comes too late, and nothing is set behind our back. Nobody hears of it any more.
            await following.CancelAsync().ConfigureAwait(false);
            (_givenUp, _pollUnderWay) = (_pollUnderWay ?? _givenUp, null);
        }
    }

    private async Task FollowAsync(ITimer pollTimer, CancellationToken cancellationToken)
    {
        Schedule(pollTimer);
        _ = target.Target.Lost.ContinueWith(
            _ => run.Changed.Set(), cancellationToken, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        while (true)
        {
            if (_pollUnderWay is { IsCompleted: true } answered)
            {
                _pollUnderWay = null;
                _polledAt = run.Time.GetTimestamp();
                await answered.ConfigureAwait(false);
                Schedule(pollTimer);
            }

            if (IsAtSwitchover || IsComplete() || steering.WantsPostCopy)
            {
                if (steering.IsHeld())
                {
                    throw new MigrationFailedException(
                        "The guest wrote nothing any more, so that QEMU had copied it all while the caller held it.", "Let it go on once it is that idle.");
                }

                run.Phase.Enter(MigrationPhase.SwitchingOver);
                if (IsComplete())
                {
                    _ = run.Journal.WriteAsync(JournalMark.Done, MigrationPlan.LastPass);
                }

                return;
            }

            await ThrowIfFailedAsync(cancellationToken).ConfigureAwait(false);
            await ThrowIfOverdueAsync().ConfigureAwait(false);
            FollowPass(pollTimer);
            HeedStop(pollTimer);
            if (_pollUnderWay is null && _pollDue)
            {
                _pollUnderWay = PollAsync(cancellationToken);
                pollTimer.Change(_poll.Delay, _poll.Delay); // the deadlines are looked at, however long it takes
            }

            await run.Changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task PollAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        try
        {
            await _poll.AskAsync(cancellationToken).ConfigureAwait(false);
            if (!source.Trail!.IsStopped || source.StaysPaused)
            {
                await mirrors.LookAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            run.Changed.Set();
        }
    }

    // The timer's own word counts, not a look at the clock: a timer may fire a little before the timestamps say so.
    private void PollIsDue()
    {
        _pollDue = true;
        run.Changed.Set();
    }

    private void Schedule(ITimer pollTimer)
    {
        _pollDue = false;
        var delay = _poll.NextDelay();
        pollTimer.Change(IsPassUnseen && delay > BetweenPasses ? BetweenPasses : delay, Timeout.InfiniteTimeSpan);
    }

    // Where events are used, the target's own word is waited for; the polls of 2017 went by the source's alone.
    private bool IsComplete()
    {
        var isSent = Status == MigrationStatus.Completed;
        if (isSent)
        {
            _sourceDone ??= run.Time.GetTimestamp();
        }

        var tells = UsesEvents && target.Trail is not null && target.Knows(MigrationCapability.Events);
        return CommitRule.MayCommit(isSent, tells ? target.Trail!.Completed is not null : null);
    }

    // With disks QEMU waits there, the guest paused, to be told to go on.
    private bool IsAtSwitchover => !_isSwitching && Status == MigrationStatus.PreSwitchover;

    private async Task ThrowIfFailedAsync(CancellationToken cancellationToken)
    {
        var gone = target.Gone;
        source.ThrowIfGuestEnded();
        if (source.Trail!.Lost is { } sourceLost)
        {
            throw new MigrationFailedException($"The source QEMU is gone: {sourceLost}");
        }

        if (Status is { } status && SourceVm.IsOver(status) && status != MigrationStatus.Completed && status != MigrationStatus.None)
        {
            var info = await source.Monitor.ExecuteAsync(QmpCommands.QueryMigrate, cancellationToken: cancellationToken).ConfigureAwait(false);
            throw new MigrationFailedException(
                $"QEMU ended the migration as {status}: {info.ErrorDesc ?? "it gave no reason"}.{(gone is null ? "" : " " + gone)}",
                source.Trail.Pass == 0 && gone is null
                    ? $"Nothing was sent yet: see that the target listens, and that {_uri} leads there."
                    : "The target's QEMU log says why; machine type, devices and CPU must be alike on both sides.");
        }

        target.ThrowIfGone();
        mirrors.ThrowIfFailed();
        run.Request.Watchdog?.ThrowIfLost();
        if (target.Target.Lost is { IsCompletedSuccessfully: true } way)
        {
            throw new MigrationFailedException($"The way to the target {target.Target.Name} is lost: {await way.ConfigureAwait(false)}");
        }

        if (target.Trail?.Status == MigrationStatus.Failed)
        {
            throw new MigrationFailedException("The target QEMU could not load the guest.", "Its log says why.");
        }
    }

    private async Task ThrowIfOverdueAsync()
    {
        var isSetup = Status is not { } status || status == MigrationStatus.Setup || status == MigrationStatus.None;
        if (isSetup && run.Time.GetElapsedTime(_begun) > run.Options.SetupTimeout)
        {
            throw new MigrationFailedException(
                $"The source QEMU has not reached the target within {run.Options.SetupTimeout.TotalSeconds:0.#} s.", "See that nothing blocks the way.");
        }

        if (Status == MigrationStatus.Active && (!source.Trail!.IsStopped || source.StaysPaused) && _poll.StoodStill > run.Options.StallTimeout)
        {
            throw new MigrationFailedException(
                $"Not a byte was sent for {run.Options.StallTimeout.TotalSeconds:0.#} s.", "See that the target's QEMU is not stuck, and that nothing blocks the way.");
        }

        if (_sourceDone is { } done && run.Time.GetElapsedTime(done) > run.Options.LoadTimeout)
        {
            throw new MigrationFailedException(
                $"The target has not said that it has loaded within {run.Options.LoadTimeout.TotalSeconds:0.#} s after the source was done.");
        }

        await ThrowIfPausedTooLongAsync().ConfigureAwait(false);
    }

    // A target that stands still while the last of the guest is sent would keep it paused for ever.
    private async Task ThrowIfPausedTooLongAsync()
    {
        if (!source.Trail!.IsStopped)
        {
            _pausedSince = null;
            return;
        }

        _pausedSince ??= run.Time.GetTimestamp();
        var limit = steering.DowntimeLimit + run.Options.LoadTimeout;
        if (run.Time.GetElapsedTime(_pausedSince.Value) <= limit)
        {
            return;
        }

        if (await source.Stop.IsCopiedOnAsync().ConfigureAwait(false))
        {
            _pausedSince = null;
            return;
        }

        throw new MigrationFailedException(
            $"The guest is paused for {limit.TotalSeconds:0.#} s, and the target has not loaded it.", "See that nothing blocks the way, and that the target's QEMU is not stuck.");
    }

    // Once in each pause, and beside it: nobody waits for it, and whatever it meets, the resume will meet and tell.
    private void HeedStop(ITimer pollTimer)
    {
        var isStopped = source.Trail!.IsStopped;
        if (isStopped && !_wasStopped)
        {
            if (run.Request.Disks.Count == 0)
            {
                _ = run.Journal.IntendCommitAsync(target.ClaimsOwnership);
            }

            Wake();
            if (UsesEvents && _pollUnderWay is null)
            {
                Schedule(pollTimer); // events tell the rest sooner, and a poll that is due now would be in their way
            }
        }

        _wasStopped = isStopped;
    }

    private void Wake() => Task.Run(target.Target.WakeAsync).ForgetFailure();

    private bool IsPassUnseen => UsesEvents && source.Trail!.Pass > _poll.Pass && !source.Trail.IsStopped;

    // What a pass has to send is seen as it begins; later some of it was sent.
    private void FollowPass(ITimer pollTimer)
    {
        if (source.Trail!.Pass <= _passReported)
        {
            return;
        }

        _passReported = source.Trail.Pass;
        run.Report(MigrationPlan.CopyRam, pass: _passReported);
        if (_pollUnderWay is null && IsPassUnseen)
        {
            var since = run.Time.GetElapsedTime(_polledAt);
            var left = BetweenPasses - since;
            pollTimer.Change(left > IntoPass ? left : IntoPass, Timeout.InfiniteTimeSpan);
        }
    }
}
