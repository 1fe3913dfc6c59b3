using Pve.Qmp.Commands;

namespace Pve.Qmp;

/// <summary>How things are after a gap: what events would have told, asked for.</summary>
/// <example>
/// <code>
/// await using var monitor = await QmpReconnectingClient.ConnectAsync(QmpEndpoint.Unix("/run/vm/100.qmp"), cancellationToken: cancellationToken);
/// QmpResumedState now = await monitor.ReconnectAsync(monitor.Client, cancellationToken);
/// bool migrating = now.Migration.Status == MigrationStatus.Active;
/// </code>
/// </example>
public sealed record QmpResumedState
{
    /// <summary>Whether the guest runs.</summary>
    public required StatusInfo Status { get; init; }

    /// <summary>Its migration; without a status where there was none.</summary>
    public required MigrationInfo Migration { get; init; }

    /// <summary>Its jobs; none where QEMU does not know of them (before 3.0).</summary>
    public required IReadOnlyList<JobInfo> Jobs { get; init; }

    internal static async Task<QmpResumedState> AskAsync(QmpClient client, CancellationToken cancellationToken)
    {
        var status = client.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: cancellationToken);
        var migration = client.ExecuteAsync(QmpCommands.QueryMigrate, cancellationToken: cancellationToken);
        var jobs = client.TryExecuteAsync(QmpCommands.QueryJobs, cancellationToken: cancellationToken);
        await Task.WhenAll(status, migration, jobs).ConfigureAwait(false);
        return new QmpResumedState
        {
            Status = await status.ConfigureAwait(false), Migration = await migration.ConfigureAwait(false), Jobs = Known(await jobs.ConfigureAwait(false)),
        };
    }

    private static IReadOnlyList<JobInfo> Known(QmpResult<IReadOnlyList<JobInfo>> jobs)
        => jobs.Failure is QmpCommandException { ErrorClass: "CommandNotFound" } ? [] : jobs.ValueOrThrow();
}
