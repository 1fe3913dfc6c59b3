using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine;

/// <summary>
/// Who stopped the guest on the source: the migration, or anybody else. STOP does not say, and comes once: a guest that somebody has stopped goes into the
/// last pass in silence. So the run state is asked for as soon as STOP is heard, before the last pass hides what it was.
/// </summary>
/// <param name="monitor">The source's.</param>
/// <param name="time">What is waited by.</param>
/// <param name="changed">Called once <see cref="IsSomebodys"/> may have changed.</param>
internal sealed class StopCause(QmpClient monitor, TimeProvider time, Action changed)
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromMilliseconds(50);

    private volatile Task<bool> _isSomebodys = Task.FromResult(false);
    private volatile bool _hasGoneOn;

    /// <summary>Whether the guest was paused already when the migration came.</summary>
    public bool FoundPaused { get; set; }

    /// <summary>Whether it stands still by somebody else's doing, as far as is known.</summary>
    public bool IsSomebodys => (FoundPaused && !_hasGoneOn) || _isSomebodys is { IsCompletedSuccessfully: true, Result: true };

    /// <summary>To be called at each STOP.</summary>
    public void Stopped()
    {
        var asked = AskAsync(isSomebodys: state => state != RunState.FinishMigrate && state != RunState.PostMigrate
            && state != RunState.Running && !SourceVm.IsAtRest(state));
        _isSomebodys = asked;
        _ = TellAsync(asked);
    }

    /// <summary>To be called at each RESUME.</summary>
    public void WentOn()
    {
        _hasGoneOn = true;
        _isSomebodys = Task.FromResult(false);
        changed();
    }

    /// <summary>Whether the migration stopped it; a monitor that does not answer soon is held by QEMU's last pass.</summary>
    public async Task<bool> IsMigrationsAsync()
    {
        try
        {
            await _isSomebodys.WaitAsync(AnswerWithin, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return !FoundPaused || _hasGoneOn;
        }

        return !IsSomebodys;
    }

    /// <summary>Whether a guest that somebody has stopped is still copied, and not sent the last of.</summary>
    public async Task<bool> IsCopiedOnAsync()
    {
        using var patience = new CancellationTokenSource(AnswerWithin, time);
        return IsSomebodys && await AskAsync(state => state == RunState.Paused, patience.Token).ConfigureAwait(false);
    }

    private async Task TellAsync(Task asked)
    {
        await asked.ConfigureAwait(false);
        changed();
    }

    private async Task<bool> AskAsync(Func<RunState, bool> isSomebodys, CancellationToken cancellationToken = default)
    {
        try
        {
            var status = await monitor.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: cancellationToken).ConfigureAwait(false);
            return isSomebodys(status.Status);
        }
        catch (Exception e) when (e is QmpException or OperationCanceledException)
        {
            return false;
        }
    }
}
