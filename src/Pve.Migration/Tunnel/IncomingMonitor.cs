using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Tunnel;

// The monitor of a QEMU that awaits a guest, and what it has told of that since it was connected to.
internal sealed class IncomingMonitor : IAsyncDisposable
{
    // a QEMU whose `events` capability is off says nothing by itself
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(10);

    private readonly TimeProvider _time;
    private readonly QmpEventSubscription _changes;
    private readonly SemaphoreSlim _turn = new(1, 1); // the events have one reader at a time
    private MigrationStatus? _status;

    public IncomingMonitor(QmpClient client, TimeProvider time)
    {
        (Client, _time) = (client, time);
        _changes = client.Subscribe(QmpEvents.Migration.Name);
    }

    public QmpClient Client { get; }

    // Until the guest has been loaded, or, in post-copy, has gone ahead of its RAM. Nothing is asked where an event has told it.
    public async Task AwaitGuestAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await AwaitGuestInTurnAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public ValueTask DisposeAsync()
    {
        _changes.Dispose();
        return Client.DisposeAsync();
    }

    private async Task AwaitGuestInTurnAsync(CancellationToken cancellationToken)
    {
        while (_changes.TryRead(out QmpEvent? told))
        {
            Take(told);
        }

        if (_status is null)
        {
            await LookAsync(cancellationToken).ConfigureAwait(false);
        }

        while (!IsThere())
        {
            if (!await HearsAsync(cancellationToken).ConfigureAwait(false))
            {
                await LookAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private bool IsThere()
    {
        if (_status == MigrationStatus.Failed || _status == MigrationStatus.Cancelled)
        {
            throw new MtunnelRefusedException($"the migration has {_status}");
        }

        return _status == MigrationStatus.Completed || _status?.Value.StartsWith("postcopy-", StringComparison.Ordinal) == true;
    }

    private async Task LookAsync(CancellationToken cancellationToken)
        => _status = (await Client.ExecuteAsync(QmpCommands.QueryMigrate, cancellationToken: cancellationToken).ConfigureAwait(false)).Status;

    private async Task<bool> HearsAsync(CancellationToken cancellationToken)
    {
        using var look = new CancellationTokenSource(LookInterval, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(look.Token, cancellationToken);
        try
        {
            Take(await _changes.ReadAsync(either.Token).ConfigureAwait(false));
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private void Take(QmpEvent told)
    {
        if (QmpEvents.Migration.TryRead(told, out MigrationEvent? change))
        {
            _status = change.Status;
        }
    }
}
