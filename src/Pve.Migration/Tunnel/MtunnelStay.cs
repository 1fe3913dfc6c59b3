using Microsoft.Extensions.Logging;
using Pve.Migration.Diagnostics;

namespace Pve.Migration.Tunnel;

// What becomes of a VM when its client has gone: nothing by default, else a clean-up once nobody has come back within the lease.
internal sealed class MtunnelStay(IMtunnelHandler handler, MtunnelServerOptions options, ILogger logger)
{
    private Guid? _lease;

    private int Vmid => options.Vmid!.Value;

    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        if (options is { CleansUpAfter: not null, HasQuorum: true })
        {
            _lease = await options.Leases.TakeAsync(Vmid, cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task EndAsync(MtunnelCommands commands, CancellationToken cancellationToken)
    {
        if (_lease is not { } lease || options.CleansUpAfter is not { } after)
        {
            return;
        }

        if (commands.HasQuit || commands.MayRun)
        {
            if (!commands.HasQuit)
            {
                logger.ServerKeeps(Vmid, "it was asked to resume, and may run");
            }

            await options.Leases.EndAsync(Vmid, lease, cancellationToken: cancellationToken).ConfigureAwait(false);
            return;
        }

        logger.ServerLeaseBegins(Vmid, after.TotalSeconds);
        await Task.Delay(after, options.TimeProvider, cancellationToken).ConfigureAwait(false);
        if (!await options.Leases.EndAsync(Vmid, lease, () => AbandonAsync(cancellationToken), cancellationToken).ConfigureAwait(false))
        {
            logger.ServerKeeps(Vmid, "another tunnel has it");
        }
    }

    private async Task AbandonAsync(CancellationToken cancellationToken)
    {
        logger.ServerAbandons(Vmid);
        try
        {
            await handler.AbandonAsync(Vmid, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // there is nobody left to tell but the log
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.ServerAbandonFailed(Vmid, SecretMask.Apply(e.ToString()));
        }
    }
}
