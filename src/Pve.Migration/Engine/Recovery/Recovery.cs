using System.Text.Json;
using Pve.Migration.Engine.Storage;
using Pve.Migration.Journal;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine.Recovery;

/// <summary>Takes up a run that was interrupted: reads its journal, looks at both sides, and makes the run's parts what they were.</summary>
internal sealed class Recovery(RunContext run, QmpClient? monitor, SourceVm source, TargetVm target, MigrationPlan plan)
{
    public const string Name = "recover";

    private JournalStory? _story;
    private SourceView _sourceIs = SourceView.Unreachable;

    /// <summary>The steps that may have been carried out, in order.</summary>
    public IReadOnlyList<MigrationStep> Begun => [.. plan.Steps.Where(step => Story.Begun.Contains(step.Name))];

    /// <summary>What the journal tells.</summary>
    public JournalStory Story => _story ?? throw new InvalidOperationException("The journal has not been read yet.");

    /// <exception cref="MigrationJournalException">It cannot be read, or is another guest's.</exception>
    public async Task ReadAsync(CancellationToken cancellationToken)
        => _story = JournalStory.Read(await run.Request.Journal!.ReadAsync(cancellationToken).ConfigureAwait(false), run.Request.VmId);

    /// <summary>Asks both sides, and decides.</summary>
    public async Task<(RecoveryMove Move, string Why)> DecideAsync(CancellationToken cancellationToken)
    {
        _sourceIs = await SeeSourceAsync(cancellationToken).ConfigureAwait(false);
        var targetIs = await SeeTargetAsync(cancellationToken).ConfigureAwait(false);
        return RecoveryRule.Decide(Story.Stage, _sourceIs, targetIs);
    }

    /// <summary>Makes the run's parts what they were, so that its steps can be undone.</summary>
    public async Task RecallAsync(CancellationToken cancellationToken)
    {
        if (_sourceIs == SourceView.Unreachable)
        {
            return;
        }

        if (Story.Begun.Contains(MigrationPlan.CopyRam))
        {
            plan.Copy.TakeAsBegun();
        }

        if (Story.Found.TryGetValue(FoundSettings.Name, out var json))
        {
            await source.RecallAsync(JsonSerializer.Deserialize(json, JournalJson.Default.FoundSettings)!, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the mirrors that the run has left on the source; a failure is told, and changes nothing.</summary>
    public async Task RemoveMirrorsAsync()
    {
        if (_sourceIs == SourceView.Unreachable || !Story.Begun.Contains(MigrationPlan.MirrorDisks))
        {
            return;
        }

        using var deadline = run.Deadline(run.Options.RollbackTimeout);
        try
        {
            await LeftoverMirrors.RemoveAsync(source.Monitor, run.Request.VmId, run.Time, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            run.Warn($"The mirrors of disks could not be removed from the source: {e.Message}");
        }
    }

    private async Task<SourceView> SeeSourceAsync(CancellationToken cancellationToken)
    {
        if (monitor is null || await source.TryQueryAsync().ConfigureAwait(false) is not { } status)
        {
            return SourceView.Unreachable;
        }

        if (status.Running)
        {
            return SourceView.Runs;
        }

        return await IsCompleteAsync(monitor, cancellationToken).ConfigureAwait(false) ? SourceView.Finished : SourceView.Paused;
    }

    private async Task<TargetView> SeeTargetAsync(CancellationToken cancellationToken)
    {
        try
        {
            await target.OpenAsync(cancellationToken).ConfigureAwait(false);
            if (target.Monitor is not { } theirs)
            {
                return await target.Target.IsRunningAsync(run.Request.VmId, cancellationToken).ConfigureAwait(false) switch
                {
                    true => TargetView.Runs,
                    false => TargetView.Waits,
                    null => TargetView.Unreachable,
                };
            }

            var status = await theirs.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: cancellationToken).ConfigureAwait(false);
            if (status.Running)
            {
                return TargetView.Runs;
            }

            return status.Status != RunState.InMigrate && await IsCompleteAsync(theirs, cancellationToken).ConfigureAwait(false)
                ? TargetView.Loaded
                : TargetView.Waits;
        }
        catch (Exception e) when (e is MigrationTargetException or QmpException)
        {
            run.Warn($"The target {target.Target.Name} cannot be asked: {e.Message}");
            return TargetView.Unreachable;
        }
    }

    private static async Task<bool> IsCompleteAsync(QmpClient monitor, CancellationToken cancellationToken)
        => (await monitor.ExecuteAsync(QmpCommands.QueryMigrate, cancellationToken: cancellationToken).ConfigureAwait(false)).Status == MigrationStatus.Completed;
}
