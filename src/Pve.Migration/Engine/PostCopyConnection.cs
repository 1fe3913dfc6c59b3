using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine;

/// <summary>
/// What carries the rest of a guest that went ahead of its RAM. Once it is lost both halves wait, and go on over another: the target is made to listen
/// again, and the source to come back.
/// </summary>
internal sealed class PostCopyConnection(RunContext run, SourceVm source, TargetVm target)
{
    public const string Mending = "mend the connection";

    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromSeconds(1);

    /// <summary>How often it was mended.</summary>
    public int Mended { get; private set; }

    /// <summary>One that carries nothing, but has not ended, is broken, so that it can be mended.</summary>
    public Task BreakAsync() => Task.WhenAll(PauseAsync(source.Monitor), PauseAsync(target.Monitor!));

    /// <summary>Tries until the rest goes on, or the time for it is over.</summary>
    /// <param name="left">How long it may take.</param>
    /// <exception cref="MigrationFailedException">It was over, a side is lost, or it can never be mended.</exception>
    public async Task MendAsync(TimeSpan left)
    {
        var lostAt = run.Time.GetTimestamp();
        string? why = null;
        using var deadline = run.Deadline(left);
        try
        {
            while (!await IsMendedAsync(reason => why = reason, deadline.Token).ConfigureAwait(false))
            {
                await Task.Delay(BetweenAttempts, run.Time, deadline.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            throw new MigrationFailedException(
                $"The connection between both QEMUs is lost, and could not be mended within {run.Options.MendTimeout.TotalSeconds:0.#} s. {why}".TrimEnd());
        }

        Mended++;
        run.Warn($"The connection between both QEMUs was lost while the rest of the guest was copied; it was mended after {run.Time.GetElapsedTime(lostAt).TotalSeconds:0.#} s.");
    }

    private async Task<bool> IsMendedAsync(Action<string> tell, CancellationToken cancellationToken)
    {
        run.Report(Mending);
        ThrowIfGone();
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var setup = run.Time.CreateTimer(_ => patience.Cancel(), null, run.Options.SetupTimeout, Timeout.InfiniteTimeSpan);
            await ConnectAsync(patience.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            tell("The source QEMU did not come through.");
        }
        catch (NotSupportedException e)
        {
            throw new MigrationFailedException($"The connection between both QEMUs is lost, and cannot be mended. {e.Message}", null, e);
        }
        catch (Exception e) when (e is MigrationTargetException or QmpException)
        {
            tell(e.Message);
        }

        return false;
    }

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        // A network that only swallows tells nobody.
        if (target.Trail!.Status == MigrationStatus.PostcopyActive)
        {
            await PauseAsync(target.Monitor!).ConfigureAwait(false);
        }

        var uri = await target.Target.ListenAgainAsync(run.Request.VmId, cancellationToken).ConfigureAwait(false);
        await source.Monitor.ExecuteAsync(QmpCommands.Migrate, new Migrate(uri) { Resume = true }, cancellationToken: cancellationToken).ConfigureAwait(false);
        var hasCome = false;
        while (source.Trail!.Status is { } status && status != MigrationStatus.PostcopyActive && status != MigrationStatus.Completed)
        {
            ThrowIfGone();
            if (SourceVm.IsOver(status))
            {
                throw new MigrationFailedException($"The connection between both QEMUs is lost, and cannot be mended: the source's is {status}.");
            }

            if (status == MigrationStatus.PostcopyPaused && hasCome)
            {
                throw new MigrationTargetException("The new connection broke as well.");
            }

            hasCome |= status != MigrationStatus.PostcopyPaused;
            await run.Changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private void ThrowIfGone()
    {
        if (source.Trail!.Lost is { } lost)
        {
            throw new MigrationFailedException($"The source QEMU is gone: {lost}");
        }

        target.ThrowIfGone();
    }

    // Out of band, since a vCPU that waits for a page may hold the monitor. One that is paused already is as good.
    private async Task PauseAsync(QmpClient monitor)
    {
        using var patience = run.Deadline(run.Options.SetupTimeout);
        try
        {
            await monitor.TryExecuteAsync(QmpCommands.MigratePause, new QmpCallOptions { OutOfBand = monitor.IsOutOfBandEnabled }, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // it hangs, and so what follows will tell
        }
    }
}
