using Microsoft.Extensions.Logging;
using Pve.Migration.Diagnostics;

namespace Pve.Migration.Tunnel;

// What a tunnel is to its VM, from the first line on; and what becomes of the VM when the last client has gone: nothing by default, else a
// clean-up once nobody has come back within the lease.
internal sealed class MtunnelStay(IMtunnelHandler handler, MtunnelServerOptions options, ILogger logger)
{
    private IMtunnelLease? _lease;
    private bool _isUsed;

    private int Vmid => options.Vmid!.Value;

    // Why it could not begin: no fault of the connection's.
    public IOException? Failure { get; private set; }

    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        if (options is not { CleansUpAfter: not null, HasQuorum: true })
        {
            return;
        }

        try
        {
            _lease = await options.Leases.JoinAsync(Vmid, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            Failure = e;
            throw;
        }
    }

    // The client means it: a probe says nothing, or quit. A v0 client never asks for anything.
    public void OnCommand(MtunnelCommand command)
    {
        if (options is not { Dialect: not MtunnelDialect.V0, Vmid: { } vmid } || command.Kind is MtunnelCommandKind.Quit or MtunnelCommandKind.Malformed)
        {
            return;
        }

        if (!_isUsed)
        {
            _isUsed = true;
            handler.OnTunnelBegun(vmid);
        }
        else if (command.Kind == MtunnelCommandKind.Ignored)
        {
            handler.OnTunnelWoken(vmid);
        }
    }

    public async Task EndAsync(MtunnelCommands commands, CancellationToken cancellationToken)
    {
        try
        {
            if (_isUsed)
            {
                await handler.OnTunnelEndedAsync(Vmid).ConfigureAwait(false);
            }
        }
        finally
        {
            await EndLeaseAsync(commands, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task EndLeaseAsync(MtunnelCommands commands, CancellationToken cancellationToken)
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

            await lease.DisposeAsync().ConfigureAwait(false);
            return;
        }

        logger.ServerLeaseBegins(Vmid, after.TotalSeconds);
        if (!await lease.EndAsync(after, () => AbandonAsync(cancellationToken), options.TimeProvider, cancellationToken).ConfigureAwait(false))
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
        catch (MtunnelRefusedException e)
        {
            logger.ServerKeeps(Vmid, SecretMask.Apply(e.ErrorText));
        }
#pragma warning disable CA1031 // there is nobody left to tell but the log
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.ServerAbandonFailed(Vmid, SecretMask.Apply(e.ToString()));
        }
    }
}
